#include "rules/digests/digest.h"

#include <doctest/doctest.h>

#include <string>

using namespace trailkeeper::rules::digests;

namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string next_digest() {
  return R"({"awsAccountId":"111122223333","digestStartTime":"2024-06-01T09:00:00Z","digestEndTime":"2024-06-01T10:00:00Z",)"
         R"("digestS3Bucket":"b","digestS3Object":"AWSLogs/1/CloudTrail-Digest/eu/1_CloudTrail-Digest_eu_main_eu_20240601T100000Z.json.gz",)"
         R"("digestPublicKeyFingerprint":"f0","digestSignatureAlgorithm":"SHA256withRSA","previousDigestS3Bucket":"b",)"
         R"("previousDigestS3Object":"AWSLogs/before.json.gz","previousDigestHashValue":")" +
         std::string(64, 'a') +
         R"(","previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":"0aF9","logFiles":[{"s3Bucket":"b",)"
         R"("s3Object":"AWSLogs/log.json.gz","hashValue":")" +
         std::string(64, 'E') + R"(","hashAlgorithm":"SHA-256"}]})";
}

std::string first_digest() {
  return R"({"digestStartTime":"2024-06-01T09:00:00Z","digestEndTime":"2024-06-01T10:00:00Z","digestS3Bucket":"b",)"
         R"("digestS3Object":"k_20240601T100000Z_backfill.json.gz","digestPublicKeyFingerprint":"f0","previousDigestS3Bucket":null,)"
         R"("previousDigestS3Object":null,"previousDigestHashValue":null,"previousDigestHashAlgorithm":null,)"
         R"("previousDigestSignature":null,"logFiles":[]})";
}

}  // namespace

TEST_CASE("digest: what is read of one") {
  const auto digest = parse_digest(next_digest());
  REQUIRE(digest.has_value());
  CHECK(digest->place.uri() ==
        "s3://b/AWSLogs/1/CloudTrail-Digest/eu/1_CloudTrail-Digest_eu_main_eu_20240601T100000Z.json.gz");
  CHECK(digest->end_time - digest->start_time == 3'600'000);
  CHECK(digest->fingerprint == "f0");
  REQUIRE(digest->previous.has_value());
  CHECK(digest->previous->place == ObjectPlace{"b", "AWSLogs/before.json.gz"});
  CHECK(digest->previous->content[31] == 0xAA);
  CHECK(digest->previous->signature == "0aF9");
  REQUIRE(digest->logs.size() == 1);
  CHECK(digest->logs[0].place.key == "AWSLogs/log.json.gz");
  CHECK(digest->logs[0].content[0] == 0xEE);
  CHECK_FALSE(digest->is_backfill());
  CHECK(digest->chain() == "1_CloudTrail-Digest_eu_main_eu");
}

TEST_CASE("digest: one that begins a chain, and a backfill") {
  const auto digest = parse_digest(first_digest());
  REQUIRE(digest.has_value());
  CHECK_FALSE(digest->previous.has_value());
  CHECK(digest->logs.empty());
  CHECK(digest->is_backfill());
  CHECK(digest->chain() == "k backfill");
}

TEST_CASE("digest: what is signed is lines as CloudTrail makes them") {
  trailkeeper::text::Sha256 content{};
  content[0] = 0x1F;
  content[31] = 0x0A;
  const std::string hash = "1f" + std::string(60, '0') + "0a";
  CHECK(signed_text(*parse_digest(next_digest()), content) ==
        "2024-06-01T10:00:00Z\nb/AWSLogs/1/CloudTrail-Digest/eu/"
        "1_CloudTrail-Digest_eu_main_eu_20240601T100000Z.json.gz\n" +
            hash + "\n0aF9");
  CHECK(signed_text(*parse_digest(first_digest()), content) ==
        "2024-06-01T10:00:00Z\nb/k_20240601T100000Z_backfill.json.gz\n" + hash + "\nnull");
}

TEST_CASE("digest: what could be read in two ways, or not at all, is refused with its place") {
  const auto refused = [](const std::string& json) {
    const auto digest = parse_digest(json);
    return digest ? std::string{"taken"} : digest.error().path + " " + digest.error().message;
  };
  const std::string whole = next_digest();
  CHECK(refused("") == " isn't a JSON object");
  CHECK(refused("[]") == " isn't a JSON object");
  CHECK(refused(whole + "x") == " isn't a JSON object");
  CHECK(refused(replaced(whole, "{", R"({"digestEndTime":"2024-06-01T11:00:00Z",)")) ==
        "/digestEndTime has a member twice");
  CHECK(refused(replaced(whole, "{", R"({"digestEnd\u0054ime":"2024-06-01T11:00:00Z",)")) ==
        "/digestEndTime has a member twice");
  CHECK(refused(replaced(whole, "{", R"({"other":1,"other":2,)")) == "taken");
  CHECK(refused(replaced(whole, R"([{"s3Bucket")", R"([{"hashValue":"","s3Bucket")")) ==
        "/logFiles/0/hashValue has a member twice");
  CHECK(refused(replaced(whole, R"("SHA-256"}])", R"("SHA-256"},7])")) == "/logFiles/1 isn't an object");
  CHECK(refused(replaced(whole, "AWSLogs/log", "AWSLogs/../log")) ==
        "/logFiles/0/s3Object names no sound place of a log file");
  CHECK(refused(replaced(whole, "EE", "E")) == "/logFiles/0/hashValue names no SHA-256");
  CHECK(refused(replaced(whole, "EE", "EG")) == "/logFiles/0/hashValue names no SHA-256");
  CHECK(refused(replaced(whole, R"("SHA-256"}])", R"("SHA-1"}])")) == "/logFiles/0/hashValue names no SHA-256");
  CHECK(refused(replaced(whole, R"("0aF9")", "null")) ==
        "/previousDigestSignature has no signature of the previous digest");
  CHECK(refused(replaced(whole, R"("0aF9")", R"("0a\nF9")")) ==
        "/previousDigestSignature has no signature of the previous digest");
  CHECK(refused(replaced(whole, R"("AWSLogs/before.json.gz")", "null")) ==
        "/previousDigestS3Object names no sound place of the previous digest");
  CHECK(refused(replaced(whole, R"("f0")", "7")) == "/digestPublicKeyFingerprint names no public key");
  CHECK(refused(replaced(whole, "2024-06-01T10:00:00Z", "soon")) == "/digestEndTime has no end time");
  CHECK(refused(replaced(whole, R"("logFiles":[)", R"("logFiles":{},"x":[)")) == "/logFiles isn't an array");
}
