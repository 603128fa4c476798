// Org IDs and promotion codes, kept out of everything but the stored bytes (R20, R56).
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::rules::credits {

/// Makes pseudonyms: the same for the same value and key, so that people can still tell values apart. Thread-safe.
class Pseudonymiser {
 public:
  /// `key`: secret bytes of a store. Without one all values look the same.
  explicit Pseudonymiser(std::string key) : key_(std::move(key)) {}

  /// `org-3f9a0c1b2d4e`, of HMAC-SHA-256 (RFC 2104).
  [[nodiscard]] std::string org_id(std::string_view value) const { return pseudonym("org-", value); }
  /// `promo-3f9a0c1b2d4e`.
  [[nodiscard]] std::string promotion_code(std::string_view value) const { return pseudonym("promo-", value); }

 private:
  [[nodiscard]] std::string pseudonym(std::string_view kind, std::string_view value) const;
  std::string key_;
};

/// Whether a JSON text may hold such a secret. Quick; seldom true for other events than Activate's.
bool may_hold_secret(std::string_view json);

/// The text with pseudonyms for secrets: values of members that are named orgId, promoCode and the like, in texts that
/// name activate.amazonaws.com; what follows the tag A3POPC, in any string; also within strings that are JSON
/// themselves. All other bytes stay. JSON stays JSON; text that is none is masked as far as it looks like JSON.
std::string masked(std::string_view json, const Pseudonymiser& pseudonymiser);

}  // namespace trailkeeper::rules::credits
