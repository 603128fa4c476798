// What stands for an Org ID or a promotion code outside the stored bytes (R20, R56).
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

/// Whether a value is a pseudonym of that kind (`org-`, `promo-`): an Org ID may begin like one.
bool is_pseudonym(std::string_view value, std::string_view kind);

}  // namespace trailkeeper::rules::credits
