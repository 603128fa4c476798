#include "rules/digests/chain.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>

namespace trailkeeper::rules::digests {
namespace {

constexpr std::string_view kAlgorithm = "SHA256withRSA";

class Chains {
 public:
  Chains(const Copy& copy, const PublicKeys& keys)
      : copy_(copy), keys_(keys), verdicts_(copy.digests.size()), contradicted_(copy.digests.size()) {
    for (std::size_t i = 0; i < copy.digests.size(); ++i) {
      const auto& digest = copy.digests[i].digest;
      if (digest && digest->previous) successors_.emplace(digest->previous->place, i);
    }
  }

  std::vector<DigestVerdict> judge() {
    for (const std::size_t i : newest_first()) {
      verdicts_[i] = judge_one(i);
      if (verdicts_[i].proof == Proof::unproven && !contradicted_[i].empty()) contradict(i, contradicted_[i]);
    }
    return std::move(verdicts_);
  }

 private:
  // A successor that says something else of a digest than what is there.
  struct Against {
    std::size_t successor = 0;
    std::string reason;
  };

  std::vector<std::size_t> newest_first() const {
    std::vector<std::size_t> order(copy_.digests.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto end_of = [&](std::size_t i) {
      const auto& digest = copy_.digests[i].digest;
      return digest ? digest->end_time : text::Timestamp{0};
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return end_of(a) > end_of(b); });
    return order;
  }

  [[nodiscard]] const text::Sha256& content_of(const CopiedDigest& copied) const {
    return copy_.files[copied.file].content;
  }

  // When CloudTrail may have signed it: soon after the hour, unless it was late itself.
  static TimeSpan signing_time(const CopiedDigest& copied) {
    const Digest& digest = *copied.digest;
    if (!digest.is_backfill()) return {digest.start_time, digest.end_time + text::kDay};
    const auto made = copied.metadata ? copied.metadata->backfilled : std::nullopt;
    return made ? TimeSpan{*made - text::kHour, *made + text::kHour} : TimeSpan{digest.start_time, TimeSpan{}.until};
  }

  [[nodiscard]] Signature check(const CopiedDigest& copied, std::string_view signature) const {
    return keys_.check(copied.digest->fingerprint, signing_time(copied),
                       signed_text(*copied.digest, content_of(copied)), signature);
  }

  static std::string reason_of(Signature signature, const Digest& digest, std::string_view where) {
    switch (signature) {
      case Signature::no_key: return "no public key is given for its fingerprint " + digest.fingerprint;
      case Signature::key_outdated: return "its public key " + digest.fingerprint + " wasn't valid at its time";
      case Signature::broken_key: return "its public key " + digest.fingerprint + " is no RSA key";
      default: return "the signature in " + std::string{where} + " isn't that of this content at its place";
    }
  }

  DigestVerdict judge_one(std::size_t i) {
    const CopiedDigest& copied = copy_.digests[i];
    if (!copied.digest) return {Proof::broken, copied.problem};
    const Digest& digest = *copied.digest;
    if (!digest.algorithm.empty() && digest.algorithm != kAlgorithm) {
      return {Proof::broken, "its signature's algorithm isn't " + std::string{kAlgorithm}};
    }
    // Whoever is named by a key that isn't there could be anybody.
    if (!keys_.empty()) {
      const Signature key = check(copied, {});
      if (key != Signature::wrong) return {Proof::broken, reason_of(key, digest, {})};
    }
    return by_signatures(copied);
  }

  [[nodiscard]] bool metadata_proves(const CopiedDigest& copied) const {
    if (!copied.metadata) return false;
    const std::string& algorithm = copied.metadata->algorithm;
    return (algorithm.empty() || algorithm == kAlgorithm) &&
           check(copied, copied.metadata->signature) == Signature::sound;
  }

  DigestVerdict by_signatures(const CopiedDigest& copied) {
    bool proven = metadata_proves(copied);
    bool believed = false;  // A successor is as CloudTrail wrote it, as far as is known.
    std::vector<Against> against;
    const auto range = successors_.equal_range(copied.digest->place);
    for (auto found = range.first; found != range.second; ++found) {
      const CopiedDigest& successor = copy_.digests[found->second];
      const PreviousDigest& said = *successor.digest->previous;
      const std::string_view name = file_name(successor.digest->place.key);
      const Signature signature = keys_.empty() ? Signature::no_key : check(copied, said.signature);
      if (signature == Signature::sound) proven = true;
      if (verdicts_[found->second].proof == Proof::broken) continue;
      believed = true;
      if (said.content != content_of(copied)) {
        against.push_back({found->second, "its content's SHA-256 isn't the one in " + std::string{name}});
      } else if (signature == Signature::wrong) {
        against.push_back({found->second, reason_of(signature, *copied.digest, name)});
      }
    }
    if (proven) {
      const std::string lie = "what it says of " + std::string{file_name(copied.digest->place.key)} + " isn't so";
      for (const Against& other : against) contradict(other.successor, lie);
      return {Proof::proven, {}};
    }
    if (!against.empty()) return {Proof::broken, against.front().reason};
    if (copied.metadata && !keys_.empty()) {
      return {Proof::broken, reason_of(Signature::wrong, *copied.digest, "its object's metadata")};
    }
    return {Proof::unproven, unproven_reason(copied, range.first != range.second, believed)};
  }

  [[nodiscard]] std::string unproven_reason(const CopiedDigest& copied, bool followed, bool believed) const {
    if (keys_.empty()) return "no public keys were given";
    if (!copied.metadata_problem.empty()) return "the file of its object's metadata " + copied.metadata_problem;
    if (followed && !believed) return "the digest that has its signature is invalid";
    return "the newest of its chain: its signature is in its object's metadata only";
  }

  // What a digest says of a proven one isn't so: it isn't CloudTrail's, unless it is proven as well. It may be judged
  // only later, if its times are wrong.
  void contradict(std::size_t successor, const std::string& lie) {
    contradicted_[successor] = lie;
    if (verdicts_[successor].proof == Proof::unproven) verdicts_[successor] = {Proof::broken, lie};
  }

  const Copy& copy_;
  const PublicKeys& keys_;
  std::multimap<Place, std::size_t> successors_;  // Of the digest at a place.
  std::vector<DigestVerdict> verdicts_;
  std::vector<std::string> contradicted_;  // How, by digest; empty: it isn't.
};

}  // namespace

std::vector<DigestVerdict> judge_digests(const Copy& copy, const PublicKeys& keys) {
  return Chains{copy, keys}.judge();
}

}  // namespace trailkeeper::rules::digests
