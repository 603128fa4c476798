#include "rules/digests/chain.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
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
      if (digest && digest->previous) said_of_[digest->previous->place].successors.push_back(i);
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
  // What successors say of the digest at a place. Copies of it, and of them, may be many: nothing here is done for each
  // pair, but comparing hashes.
  struct SaidOf {
    std::vector<std::size_t> successors;
    std::map<std::string_view, std::set<text::Sha256>> signed_hashes;  // By the key's fingerprint.
    std::set<text::Sha256> proven;                                     // Contents of which that was said.
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

  // Whether one of the signatures that successors have is sound.
  bool successor_proves(const CopiedDigest& copied, SaidOf& said) {
    const Digest& digest = *copied.digest;
    const auto [hashes, is_new] = said.signed_hashes.try_emplace(digest.fingerprint);
    for (std::size_t i = 0; is_new && i < said.successors.size(); ++i) {
      const auto hash = keys_.signed_hash(digest.fingerprint, said_by(said.successors[i]).signature);
      if (hash) hashes->second.insert(*hash);
    }
    return !hashes->second.empty() && hashes->second.contains(text::sha256(signed_text(digest, content_of(copied))));
  }

  DigestVerdict by_signatures(const CopiedDigest& copied) {
    SaidOf nothing;
    const auto found = said_of_.find(copied.digest->place);
    SaidOf& said = found == said_of_.end() ? nothing : found->second;
    if (metadata_proves(copied) || successor_proves(copied, said)) {
      if (said.proven.insert(content_of(copied)).second) contradict_liars(copied, said);
      return {Proof::proven, {}};
    }
    bool believed = false;  // A successor is as CloudTrail wrote it, as far as is known.
    for (const std::size_t successor : said.successors) {
      if (verdicts_[successor].proof == Proof::broken) continue;
      believed = true;
      const std::string_view name = file_name(copy_.digests[successor].digest->place.key);
      if (said_by(successor).content != content_of(copied)) {
        return {Proof::broken, "its content's SHA-256 isn't the one in " + std::string{name}};
      }
      if (!keys_.empty()) return {Proof::broken, reason_of(Signature::wrong, *copied.digest, name)};
    }
    if (copied.metadata && !keys_.empty()) {
      return {Proof::broken, reason_of(Signature::wrong, *copied.digest, "its object's metadata")};
    }
    return {Proof::unproven, unproven_reason(copied, !said.successors.empty(), believed)};
  }

  // Successors that say of a proven digest what isn't so.
  void contradict_liars(const CopiedDigest& copied, const SaidOf& said) {
    const std::string lie = "what it says of " + std::string{file_name(copied.digest->place.key)} + " isn't so";
    const text::Sha256 hash = text::sha256(signed_text(*copied.digest, content_of(copied)));
    for (const std::size_t successor : said.successors) {
      if (verdicts_[successor].proof == Proof::broken) continue;
      const PreviousDigest& previous = said_by(successor);
      const bool lies = previous.content != content_of(copied) ||
                        (!keys_.empty() && keys_.signed_hash(copied.digest->fingerprint, previous.signature) != hash);
      if (lies) contradict(successor, lie);
    }
  }

  [[nodiscard]] const PreviousDigest& said_by(std::size_t successor) const {
    return *copy_.digests[successor].digest->previous;
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
  std::map<ObjectPlace, SaidOf> said_of_;  // By the place of the digest that it is said of.
  std::vector<DigestVerdict> verdicts_;
  std::vector<std::string> contradicted_;  // How, by digest; empty: it isn't.
};

}  // namespace

std::vector<DigestVerdict> judge_digests(const Copy& copy, const PublicKeys& keys) {
  return Chains{copy, keys}.judge();
}

}  // namespace trailkeeper::rules::digests
