// Files that were replaced, rewritten or have grown are told from those that were read.
#include "ingest/file_fingerprint.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <string>

#include "store/lmdb/store_files.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

/// Changes bytes in place, so that the file keeps its number.
void overwrite(const std::string& path, std::uint64_t at, const std::string& bytes) {
  const store::Descriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  REQUIRE(::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at)) ==
          static_cast<ssize_t>(bytes.size()));
}

store::Descriptor opened(const std::string& path) { return store::Descriptor{::open(path.c_str(), O_RDONLY)}; }

}  // namespace

TEST_CASE("a fingerprint is of what stands before the place: what comes behind it changes nothing") {
  const TemporaryDirectory directory;
  for (const std::size_t size : {std::size_t{1}, std::size_t{5000}, std::size_t{262'144}, std::size_t{3'000'001}}) {
    const std::string path = directory.write("file" + std::to_string(size), std::string(size, 'a'));
    const store::Descriptor file = opened(path);
    const auto mark = ingest::fingerprint_of(file.get(), size);
    CHECK(mark != 0);
    CHECK(ingest::has_fingerprint(file.get(), size, mark));
    overwrite(path, size, "more");
    CHECK(ingest::has_fingerprint(file.get(), size, mark));
    CHECK(!ingest::has_fingerprint(file.get(), size + 4, mark));
    CHECK(!ingest::has_fingerprint(file.get(), size, 0));
    overwrite(path, size - 1, "b");
    CHECK(!ingest::has_fingerprint(file.get(), size, mark));
  }
}

TEST_CASE("each byte counts up to 256 KiB; beyond, what is written anew from some place on") {
  const TemporaryDirectory directory;
  const std::string small = directory.write("small", std::string(262'144, 'a'));
  const store::Descriptor file = opened(small);
  const auto mark = ingest::fingerprint_of(file.get(), 262'144);
  for (std::uint64_t at = 0; at < 262'144; at += 4093) {
    overwrite(small, at, "b");
    CHECK(!ingest::has_fingerprint(file.get(), 262'144, mark));
    overwrite(small, at, "a");
  }
  CHECK(ingest::has_fingerprint(file.get(), 262'144, mark));
  const std::string large = directory.write("large", std::string(3'000'000, 'a'));
  const store::Descriptor other = opened(large);
  const auto of_large = ingest::fingerprint_of(other.get(), 3'000'000);
  overwrite(large, 1'000'000, std::string(100'000, 'b'));
  CHECK(!ingest::has_fingerprint(other.get(), 3'000'000, of_large));
}

TEST_CASE("another file with the same content is another file") {
  const TemporaryDirectory directory;
  const store::Descriptor one = opened(directory.write("one", "same"));
  const store::Descriptor two = opened(directory.write("two", "same"));
  CHECK(ingest::fingerprint_of(one.get(), 4) != ingest::fingerprint_of(two.get(), 4));
}

TEST_CASE("what earlier versions stored is still known") {
  const TemporaryDirectory directory;
  const store::Descriptor file = opened(directory.write("file", std::string(9000, 'a')));
  struct stat status {};
  REQUIRE(::fstat(file.get(), &status) == 0);
  const std::array<std::uint64_t, 2> number{status.st_dev, status.st_ino};
  const std::string first(4096, 'a');
  const std::uint64_t stored =
      XXH3_64bits_withSeed(first.data(), first.size(), XXH3_64bits(number.data(), sizeof number)) | 1U;
  CHECK(ingest::has_fingerprint(file.get(), 8000, stored));
  CHECK(ingest::has_whole_fingerprint(file.get(), 9000, (stored ^ 9000U << 1U) | 1U));
  CHECK(!ingest::has_whole_fingerprint(file.get(), 9000, (stored ^ 9001U << 1U) | 1U));
  CHECK(ingest::has_whole_fingerprint(file.get(), 9000, ingest::fingerprint_of(file.get(), 9000)));
}
