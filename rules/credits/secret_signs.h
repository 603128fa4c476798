// What an event must have somewhere, for a mask to find a secret in it by its name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trailkeeper::rules::credits {

/// Signs that texts of one event give together: its skeleton and values. Where they don't suffice, Mask::event changes
/// nothing in the event but known words, each where it stands: no value's shown text depends on another's. More events
/// have them than have secrets; none that has a secret lacks them.
class SecretSigns {
 public:
  constexpr SecretSigns() = default;

  constexpr SecretSigns& operator|=(SecretSigns other) {
    bits_ |= other.bits_;
    return *this;
  }
  [[nodiscard]] constexpr bool any() const { return bits_ != 0; }
  [[nodiscard]] constexpr bool name_activate() const { return (bits_ & kActivate) != 0; }
  /// Org IDs' names count in Activate's events only; a promotion code's name, or one in disguise, in all.
  [[nodiscard]] constexpr bool suffice() const {
    return (bits_ & kSure) != 0 || (bits_ & (kActivate | kOrgId)) == (kActivate | kOrgId);
  }

 private:
  friend class SignReader;
  static constexpr std::uint8_t kActivate = 1;
  static constexpr std::uint8_t kOrgId = 2;
  static constexpr std::uint8_t kSure = 4;

  std::uint8_t bits_ = 0;
};

/// Whether a text may name a promotion code, or the tag that one follows (R56), however it is spelt. Quick.
bool may_name_code(std::string_view text);
/// Whether a text may have an Org ID's name: `org`, however it is spelt. Quick.
bool may_name_org_id(std::string_view text);
/// Whether a text may have the name of an offer's code, which counts as an Org ID's does. Quick.
bool may_name_offer_code(std::string_view text);

/// Reads signs. Thread-safe.
class SignReader {
 public:
  /// `org_id_paths`: rules/credits/secret_name.h.
  explicit SignReader(std::vector<std::string> org_id_paths) : paths_(std::move(org_id_paths)) {}

  /// Of a text as it is written in an event's JSON: a string's bytes between its quotes, or a skeleton.
  [[nodiscard]] SecretSigns of_text(std::string_view written) const;
  /// Of what a text has in base64. That is dear to look for, and counts beside a text that names Activate only.
  [[nodiscard]] static SecretSigns of_encoded(std::string_view written);
  /// Of there being a value at a path (event/field.h).
  [[nodiscard]] SecretSigns of_path(std::string_view path) const;

 private:
  std::vector<std::string> paths_;
};

}  // namespace trailkeeper::rules::credits
