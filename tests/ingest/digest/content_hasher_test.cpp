#include "ingest/digest/content_hasher.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/compressed.h"
#include "tests/support/temporary_directory.h"
#include "text/hex.h"

using namespace trailkeeper;
using ingest::ContentHasher;
using ingest::HashedContent;

namespace {

// Of `abc`; FIPS 180-4's example.
constexpr std::string_view kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

struct File {
  tests::TemporaryDirectory folder;
  ContentHasher hasher;

  HashedContent hashed(const std::string& bytes) {
    const std::string path = folder.path() + "/file";
    std::ofstream{path, std::ios::binary} << bytes;
    return hasher.hash(path);
  }
};

}  // namespace

TEST_CASE("content hasher: of the first member only") {
  File file;
  const std::string abc = tests::gzip("abc");
  HashedContent content = file.hashed(abc);
  CHECK(content.is_read);
  CHECK(text::hex_of(content.sha256) == kAbc);
  CHECK(content.problem.empty());
  CHECK(content.front == "abc");
  for (const std::string& behind : {tests::gzip("def"), tests::gzip(""), std::string{"x"}, std::string(5, '\0')}) {
    content = file.hashed(abc + behind);
    CHECK(content.is_read);
    CHECK(text::hex_of(content.sha256) == kAbc);
    CHECK(content.problem.find(std::to_string(behind.size())) == 0);
    CHECK(content.problem.find("behind the first gzip member") != std::string::npos);
  }
}

TEST_CASE("content hasher: what isn't whole gzip") {
  File file;
  const std::string abc = tests::gzip("abc");
  HashedContent content = file.hashed("abc");
  CHECK(content.is_read);
  CHECK(text::hex_of(content.sha256) == kAbc);
  CHECK(content.problem.find("isn't gzip") != std::string::npos);
  for (std::size_t size = 2; size < abc.size(); ++size) {
    content = file.hashed(abc.substr(0, size));
    CHECK_FALSE(content.is_read);
    CHECK_FALSE(content.problem.empty());
  }
  std::string wrong = abc;
  wrong[abc.size() - 6] ^= 1;
  CHECK_FALSE(file.hashed(wrong).is_read);
}

TEST_CASE("content hasher: what doesn't fit its buffers passes through, to the same hash") {
  File file;
  // More than kMaxInMemory: inflated piece by piece.
  const std::string large(ContentHasher::kMaxInMemory + 12345, 'a');
  HashedContent content = file.hashed(tests::gzip(large) + "behind");
  CHECK(content.is_read);
  CHECK(content.plain_bytes == large.size());
  CHECK_FALSE(content.is_whole);
  CHECK(content.front.size() == ContentHasher::kFront);
  CHECK(content.problem.find("6 bytes behind") == 0);
  const std::string through = text::hex_of(content.sha256);
  // Not gzip, and more than kMaxStoredInMemory: read piece by piece.
  content = file.hashed(large);
  CHECK(content.is_read);
  CHECK(text::hex_of(content.sha256) == through);
  CHECK(file.hashed(tests::gzip("abc")).front == "abc");
}

TEST_CASE("content hasher: links and folders aren't read") {
  File file;
  file.hashed(tests::gzip("abc"));
  std::filesystem::create_symlink("file", file.folder.path() + "/link");
  CHECK(file.hasher.hash(file.folder.path() + "/link").problem.find("link") != std::string::npos);
  CHECK_FALSE(file.hasher.hash(file.folder.path()).is_read);
  CHECK_FALSE(file.hasher.hash(file.folder.path() + "/nothing").is_read);
}
