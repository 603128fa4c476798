// Copies of one digest and files of one name, very many: what they cost, and that all are judged.
#include <doctest/doctest.h>

#include <ctime>
#include <string>

#include "rules/digests/examination.h"

using namespace trailkeeper;
using namespace trailkeeper::rules::digests;

namespace {

constexpr std::string_view kFolder = "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/06/01/";

double seconds_of(const Copy& copy, Status status, std::size_t expected) {
  const std::clock_t begin = std::clock();
  const Examination found = examine(copy, PublicKeys{});
  CHECK(found.count(status) == expected);
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

void add_file(Copy& copy, std::string path, std::size_t content, CopiedFile::Kind kind) {
  CopiedFile& file = copy.files.emplace_back();
  file.path = std::move(path);
  file.folder = 1;
  file.kind = kind;
  file.is_read = true;
  file.content = text::sha256(std::to_string(content));
}

}  // namespace

TEST_CASE("digests: copies of one digest, and of its successor, aren't compared each with each") {
  constexpr std::size_t kCopies = 3000;
  Copy copy;
  const std::string folder = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2024/06/01/";
  for (std::size_t i = 0; i < 2 * kCopies; ++i) {
    const bool newer = i % 2 == 1;
    const std::string key = folder + (newer ? "b.json.gz" : "a.json.gz");
    Digest digest;
    digest.place = {"bucket", key};
    digest.start_time = newer ? 3600 * 1000 : 0;
    digest.end_time = digest.start_time + 3600 * 1000;
    if (newer) digest.previous = PreviousDigest{{"bucket", folder + "a.json.gz"}, text::sha256("0"), "00"};
    digest.logs = {{{"bucket", std::string{kFolder} + "log.json.gz"}, text::sha256("2")}};
    copy.digests.push_back({copy.files.size(), digest, {}, {}, {}});
    add_file(copy, "/" + std::to_string(i) + "/" + key, newer ? 1 : 0, CopiedFile::Kind::digest);
    add_file(copy, "/" + std::to_string(i) + "/" + std::string{kFolder} + "log.json.gz", 2, CopiedFile::Kind::log);
  }
  CHECK(seconds_of(copy, Status::unproven, 4 * kCopies) < 5);
}

TEST_CASE("digests: files of one name aren't each looked at for each place that a digest names") {
  constexpr std::size_t kFiles = 20000;
  Copy copy;
  Digest digest;
  digest.place = {"bucket", "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2024/06/01/a.json.gz"};
  const std::string root{"AWSLogs/111122223333/CloudTrail/eu-west-1/"};
  for (std::size_t i = 0; i < kFiles; ++i) {
    // Half of them lie where they belong, the others elsewhere; of some the content is another.
    const std::string key = root + std::to_string(i) + "/log.json.gz";
    digest.logs.push_back({{"bucket", key}, text::sha256(std::to_string(i))});
    add_file(copy, (i % 2 == 0 ? "/" : "/moved/x") + (i % 2 == 0 ? key : std::to_string(i) + "/log.json.gz"),
             i % 3 == 0 ? kFiles + i : i, CopiedFile::Kind::log);
  }
  copy.digests.push_back({copy.files.size(), digest, {}, {}, {}});
  add_file(copy, "/" + digest.place.key, kFiles * 2, CopiedFile::Kind::digest);
  CHECK(seconds_of(copy, Status::moved, kFiles / 3 + 1) < 5);
}
