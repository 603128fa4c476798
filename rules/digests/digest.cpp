#include "rules/digests/digest.h"

#include <simdjson.h>

#include <algorithm>
#include <bitset>
#include <utility>

#include "text/ascii.h"
#include "text/hex.h"

namespace trailkeeper::rules::digests {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxDepth = 16;

text::Problem problem(std::string message, std::string where = {}) { return {std::move(message), std::move(where), 0}; }

// The members of an object that matter, each of which it may have once.
template <std::size_t Count>
struct Members {
  std::array<std::string_view, Count> names;
  std::array<dom::element, Count> values;
  std::bitset<Count> there;

  // The name of one that is there twice; empty: all are sound.
  std::string_view read(const dom::object& object) {
    for (const auto& [key, value] : object) {
      const auto found = std::find(names.begin(), names.end(), key);
      if (found == names.end()) continue;
      const auto at = static_cast<std::size_t>(found - names.begin());
      if (there[at]) return *found;
      there.set(at);
      values[at] = value;
    }
    return {};
  }
  [[nodiscard]] bool is_null(std::size_t at) const { return !there[at] || values[at].is_null(); }
  // A string; nothing if it is something else, or missing.
  [[nodiscard]] std::optional<std::string> text(std::size_t at) const {
    std::string_view text;
    if (!there[at] || values[at].get_string().get(text)) return std::nullopt;
    return std::string{text};
  }
};

enum Top : std::size_t {
  kBucket,
  kObject,
  kStart,
  kEnd,
  kFingerprint,
  kSignatureAlgorithm,
  kPreviousBucket,
  kPreviousObject,
  kPreviousHash,
  kPreviousHashAlgorithm,
  kPreviousSignature,
  kLogFiles,
  kTopMembers,
};
using TopMembers = Members<kTopMembers>;

TopMembers top_members() {
  return {{"digestS3Bucket", "digestS3Object", "digestStartTime", "digestEndTime", "digestPublicKeyFingerprint",
           "digestSignatureAlgorithm", "previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue",
           "previousDigestHashAlgorithm", "previousDigestSignature", "logFiles"},
          {},
          {}};
}

constexpr std::string_view kHashAlgorithm = "SHA-256";

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdefABCDEF") == text::npos; }

// A hash that is named with its algorithm.
template <std::size_t Count>
std::optional<text::Sha256> hash_of(const Members<Count>& members, std::size_t value, std::size_t algorithm) {
  const auto hex = members.text(value);
  if (!hex || members.text(algorithm) != kHashAlgorithm) return std::nullopt;
  return text::parse_sha256(*hex);
}

template <std::size_t Count>
std::optional<ObjectPlace> place_of(const Members<Count>& members, std::size_t bucket, std::size_t key) {
  auto named_bucket = members.text(bucket);
  auto named_key = members.text(key);
  if (!named_bucket || !named_key) return std::nullopt;
  ObjectPlace place{std::move(*named_bucket), std::move(*named_key)};
  if (!is_sound(place)) return std::nullopt;
  return place;
}

text::Result<std::optional<PreviousDigest>> previous_of(const TopMembers& members) {
  const auto is_null = [&](std::size_t at) { return members.is_null(at); };
  constexpr std::array kAll{kPreviousBucket, kPreviousObject, kPreviousHash, kPreviousSignature};
  if (std::all_of(kAll.begin(), kAll.end(), is_null)) return std::optional<PreviousDigest>{};
  auto place = place_of(members, kPreviousBucket, kPreviousObject);
  const auto content = hash_of(members, kPreviousHash, kPreviousHashAlgorithm);
  auto signature = members.text(kPreviousSignature);
  if (!place) return problem("names no sound place of the previous digest", "/previousDigestS3Object");
  if (!content) return problem("names no SHA-256 of the previous digest", "/previousDigestHashValue");
  if (!signature || signature->empty() || !is_hex(*signature)) {
    return problem("has no signature of the previous digest", "/previousDigestSignature");
  }
  return std::optional{PreviousDigest{std::move(*place), *content, std::move(*signature)}};
}

text::Result<ListedLog> log_of(const dom::element& entry, std::size_t index) {
  const std::string where = "/logFiles/" + std::to_string(index);
  dom::object object;
  if (entry.get_object().get(object)) return problem("isn't an object", where);
  enum : std::size_t { bucket, key, hash, algorithm, count };
  Members<count> members{{"s3Bucket", "s3Object", "hashValue", "hashAlgorithm"}, {}, {}};
  if (const std::string_view twice = members.read(object); !twice.empty()) {
    return problem("has a member twice", where + "/" + std::string{twice});
  }
  auto place = place_of(members, bucket, key);
  if (!place) return problem("names no sound place of a log file", where + "/s3Object");
  const auto content = hash_of(members, hash, algorithm);
  if (!content) return problem("names no SHA-256", where + "/hashValue");
  return ListedLog{std::move(*place), *content};
}

text::Result<std::vector<ListedLog>> logs_of(const TopMembers& members) {
  std::vector<ListedLog> logs;
  if (members.is_null(kLogFiles)) return logs;
  dom::array entries;
  if (members.values[kLogFiles].get_array().get(entries)) return problem("isn't an array", "/logFiles");
  for (const dom::element entry : entries) {
    auto log = log_of(entry, logs.size());
    if (!log) return log.error();
    logs.push_back(std::move(*log));
  }
  return logs;
}

text::Result<Digest> digest_of(const TopMembers& members) {
  Digest digest;
  auto place = place_of(members, kBucket, kObject);
  if (!place) return problem("names no sound place of its own", "/digestS3Object");
  digest.place = std::move(*place);
  const auto start = members.text(kStart);
  auto end = members.text(kEnd);
  const auto start_time = start ? text::parse_timestamp(*start) : std::nullopt;
  const auto end_time = end ? text::parse_timestamp(*end) : std::nullopt;
  if (!start_time) return problem("has no start time", "/digestStartTime");
  if (!end_time) return problem("has no end time", "/digestEndTime");
  digest.start_time = *start_time;
  digest.end_time = *end_time;
  digest.end = std::move(*end);
  auto fingerprint = members.text(kFingerprint);
  if (!fingerprint) return problem("names no public key", "/digestPublicKeyFingerprint");
  digest.fingerprint = std::move(*fingerprint);
  digest.algorithm = members.text(kSignatureAlgorithm).value_or("");
  auto previous = previous_of(members);
  if (!previous) return previous.error();
  digest.previous = std::move(*previous);
  auto logs = logs_of(members);
  if (!logs) return logs.error();
  digest.logs = std::move(*logs);
  return digest;
}

}  // namespace

bool Digest::is_backfill() const { return place.key.ends_with("_backfill.json.gz"); }

std::string Digest::chain() const {
  std::string_view name = file_name(place.key);
  constexpr std::string_view kBackfill = "_backfill.json.gz";
  if (is_backfill()) name.remove_suffix(kBackfill.size());
  const std::string_view trail = name.substr(0, name.rfind('_'));
  return std::string{trail} + (is_backfill() ? " backfill" : "");
}

text::Result<Digest> parse_digest(std::string_view json) {
  if (json.size() > kMaxDigestBytes) return problem("is larger than a digest can be");
  dom::parser parser;
  dom::object object;
  if (parser.allocate(json.size() + 1, kMaxDepth) || parser.parse(json.data(), json.size()).get_object().get(object)) {
    return problem("isn't a JSON object");
  }
  TopMembers members = top_members();
  if (const std::string_view twice = members.read(object); !twice.empty()) {
    return problem("has a member twice", "/" + std::string{twice});
  }
  return digest_of(members);
}

std::string signed_text(const Digest& digest, const text::Sha256& content) {
  const std::string out =
      digest.end + "\n" + digest.place.bucket + "/" + digest.place.key + "\n" + text::hex_of(content);
  // CloudTrail's first digest has no previous signature, and signs this word.
  return out + "\n" + (digest.previous ? digest.previous->signature : "null");
}

}  // namespace trailkeeper::rules::digests
