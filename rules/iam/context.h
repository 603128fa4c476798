// The request context: what is known about a request besides principal, action and resource.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trailkeeper::rules::iam {

/// A hash of a key's name in lower case.
constexpr std::uint64_t key_hash(std::string_view lower_name) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : lower_name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

/// A key as a policy names it. Key names don't depend on case (IAM User Guide, "Condition").
struct ContextKey {
  std::string name;    ///< As the policy writes it.
  std::string folded;  ///< In lower case.
  std::uint64_t hash = 0;

  explicit ContextKey(std::string_view written);
};

/// A key and its values in one request.
struct ContextEntry {
  std::string_view folded;  ///< The key in lower case.
  std::uint64_t hash = 0;   ///< key_hash(folded)
  /// Its values; none says that the key is certainly absent.
  std::span<const std::string_view> values;
  bool list = false;  ///< A multivalued key: only ForAllValues and ForAnyValue read it, and no variable can.
  /// The one value is only how the key's value begins, and this is how it ends.
  std::string_view ending = {};
};

/// Which keys a source of requests can't know: exact names or names with `*` and `?`, such as `aws:PrincipalTag/*`.
class KeyPatterns {
 public:
  void add(std::string_view pattern);
  /// Those that `known` says yes to, in lower case, are none of them. Replaces what was said before.
  void except(std::function<bool(std::string_view folded)> known) { known_ = std::move(known); }
  [[nodiscard]] bool match(std::string_view folded) const;

 private:
  std::vector<std::string> patterns_;
  std::function<bool(std::string_view)> known_;
};

/// The context of one request; a view, valid as long as what it points to. A key without an entry is absent, unless
/// `unknowable` names it: then nobody knows whether it was there, and whatever depends on it is unknown.
struct Context {
  std::span<const ContextEntry> entries;
  const KeyPatterns* unknowable = nullptr;

  enum class State : std::uint8_t { absent, unknown, present };
  struct Lookup {
    State state = State::absent;
    const ContextEntry* entry = nullptr;  ///< Where present.
  };
  [[nodiscard]] Lookup find(const ContextKey& key) const;
};

/// The names of keys on which an unknown result depends. Names are views into the policies.
struct MissingKeys {
  std::vector<std::string_view> names;
  void add(std::string_view name);
};

}  // namespace trailkeeper::rules::iam
