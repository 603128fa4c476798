#include "rules/digests/object_place.h"

#include <doctest/doctest.h>

#include <string>

using namespace trailkeeper::rules::digests;

namespace {

const std::string kKey = "logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2024/06/01/a.json.gz";

bool at(const std::string& folder, const std::string& rest) { return is_at({folder + rest, folder.size()}, kKey); }

}  // namespace

TEST_CASE("place: sound ones are an object's, and lead nowhere else") {
  CHECK(is_sound({"bucket", kKey}));
  CHECK(is_sound({"bucket", "a"}));
  CHECK(is_sound({"bucket", "logs//AWSLogs/a"}));
  CHECK(is_sound({"bucket", "..a/b..c/..."}));
  for (const char* key : {"", "a/", "..", "../a", "a/../b", "a/..", "./a", "a/./b", "a\nb", "a\x7F"}) {
    CAPTURE(key);
    CHECK_FALSE(is_sound({"bucket", key}));
  }
  CHECK_FALSE(is_sound({"", "a"}));
  CHECK_FALSE(is_sound({"a/b", "c"}));
  CHECK_FALSE(is_sound({"a\n", "c"}));
  CHECK_FALSE(is_sound({"bucket", std::string{"a\0b", 3}}));
}

TEST_CASE("place: a file is where its object belongs, from whichever prefix and into whichever folder") {
  CHECK(at("/copy/", "logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2024/06/01/a.json.gz"));
  CHECK(at("/copy/", "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/06/01/a.json.gz"));
  CHECK(at("/", "backup/other/AWSLogs/111122223333/CloudTrail/eu-west-1/2024/06/01/a.json.gz"));
  CHECK(at("/copy/AWSLogs/111122223333/", "CloudTrail/eu-west-1/2024/06/01/a.json.gz"));
  CHECK(at("/copy/", "eu-west-1/2024/06/01/a.json.gz"));
  CHECK(at("/copy/", "01/a.json.gz"));
  CHECK(at("/copy/", "a.json.gz"));
  CHECK_FALSE(at("/copy/", "x/a.json.gz"));
  CHECK_FALSE(at("/copy/", "1/a.json.gz"));
  CHECK_FALSE(at("/copy/", "2024/06/02/a.json.gz"));
  CHECK_FALSE(at("/copy/", "AWSLogs/444455556666/CloudTrail/eu-west-1/2024/06/01/a.json.gz"));
  CHECK_FALSE(at("/copy/", "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/06/01/x/a.json.gz"));
  CHECK_FALSE(at("/copy/", "b.json.gz"));
  CHECK_FALSE(at("/copy/", "xAWSLogs/111122223333/CloudTrail/eu-west-1/2024/06/01/a.json.gz"));
}

TEST_CASE("place: where a copy should have what a neighbour names") {
  const std::string digest = "logs/AWSLogs/1/CloudTrail-Digest/eu/d.json.gz";
  CHECK(expected_path("logs/AWSLogs/1/CloudTrail/eu/a.json.gz", "/copy/logs/AWSLogs/1/CloudTrail-Digest/eu/d.json.gz",
                      digest) == "/copy/logs/AWSLogs/1/CloudTrail/eu/a.json.gz");
  CHECK(expected_path("logs/AWSLogs/1/CloudTrail/eu/a.json.gz", "/copy/1/CloudTrail-Digest/eu/d.json.gz", digest) ==
        "/copy/1/CloudTrail/eu/a.json.gz");
  CHECK(expected_path("logs/AWSLogs/1/CloudTrail/eu/a.json.gz", "/copy/eu/d.json.gz", digest).empty());
  CHECK(expected_path("logs/a.json.gz", "/copy/x.json.gz", digest).empty());
}
