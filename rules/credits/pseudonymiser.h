// What stands for an Org ID or a promotion code outside the stored bytes (R20, R56).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::rules::credits {

/// Makes pseudonyms: the same for the same value and key, so that people can still tell values apart. Their last four
/// digits prove that the key made them: a value that only looks like one isn't taken for one. Thread-safe.
class Pseudonymiser {
 public:
  /// `key`: secret bytes of a store. Without one all values look the same.
  explicit Pseudonymiser(std::string key) : key_(std::move(key)) {}

  /// `org-3f9a0c1b2d4e77a1`, of HMAC-SHA-256 (RFC 2104).
  [[nodiscard]] std::string org_id(std::string_view value) const { return pseudonym("org-", value); }
  /// `promo-3f9a0c1b2d4e77a1`.
  [[nodiscard]] std::string promotion_code(std::string_view value) const { return pseudonym("promo-", value); }

  /// Whether this made it, of either kind.
  [[nodiscard]] bool is_pseudonym(std::string_view value) const;

  /// Sixteen bytes that stand for others and that only the key turns back (AES-128, FIPS 197); without a key all stand
  /// for themselves.
  using Block = std::array<std::uint8_t, 16>;
  [[nodiscard]] Block covered(const Block& block) const;
  [[nodiscard]] Block uncovered(const Block& block) const;

  /// What may be shown in place of a hash of confidential bytes, by which people could try them out: 32 hex digits.
  [[nodiscard]] std::string digest(std::string_view hash) const;

 private:
  static constexpr std::size_t kDigestBytes = 16;

  [[nodiscard]] std::string pseudonym(std::string_view kind, std::string_view value) const;
  [[nodiscard]] std::string digits(std::string_view kind, std::string_view value, std::size_t bytes) const;
  std::string key_;
};

}  // namespace trailkeeper::rules::credits
