// Patterns of policies: literal text, the wildcards `*` and `?`, and policy variables.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/iam/context.h"
#include "rules/iam/tri.h"

namespace trailkeeper::rules::iam {

/// Whether `text` as a whole fits a pattern of literal characters, `*` (any characters) and `?` (any one character).
bool glob_match(std::string_view pattern, std::string_view text);

/// The result of matching a pattern with a text.
enum class Fit : std::uint8_t {
  no,
  yes,
  unresolvable,  ///< A variable has no value: the statement doesn't apply, whether it says Allow or Deny.
  unknown        ///< A variable's key is unknowable.
};

/// A pattern, compiled once. Matching allocates nothing and takes time that grows with the product of both lengths at
/// most. Thread-safe.
///
/// Variables (IAM User Guide, "Variables and tags"): `${key}` stands for the key's value, `${key, 'default'}` has a
/// value for an absent key, `${*}`, `${?}` and `${$}` are these characters. A value is literal text: wildcards in it
/// match themselves, variables in it aren't replaced. A multivalued key can't be a variable.
class Pattern {
 public:
  /// Where the pattern is used decides how far its wildcards reach.
  enum class Scope : std::uint8_t {
    text,  ///< A string: `*` and `?` match anything.
    /// `Resource`: in the first five of an ARN's components, wildcards stay within their component, but a `*` that
    /// ends one may reach beyond.
    resource,
    arn_condition  ///< The Arn operators: each of the six components is compared by itself.
  };
  struct Rules {
    bool wildcards = false;
    bool variables = false;
    bool fold_case = false;  ///< Ignore the case of ASCII letters.
    bool complete = false;   ///< Scope::resource: an ARN's missing components are `*`.
    Scope scope = Scope::text;
  };

  /// Variables that one pattern may have.
  static constexpr std::size_t kMaxVariables = 16;

  /// The error is a message: a broken variable, or too many.
  static boost::system::result<Pattern, std::string> compile(std::string_view text, Rules rules);

  /// Whether the whole text fits. Names of keys that an unknown fit depends on are added to `missing`.
  [[nodiscard]] Fit match(std::string_view text, const Context& context, MissingKeys& missing) const;

  /// Whether a text matches of which only the beginning is known, and in which no colon follows: `yes` if every such
  /// text does, `no` if none does. Otherwise unknown, without anything in `missing` for it.
  [[nodiscard]] Fit match_beginning(std::string_view beginning, const Context& context, MissingKeys& missing) const;

  /// Whether a text that ends so can fit; true where that isn't sure.
  [[nodiscard]] bool may_end(std::string_view ending) const;

  /// The pattern has a variable before the fifth colon, where `Resource` may have none.
  [[nodiscard]] bool variable_too_early() const { return variable_too_early_; }
  [[nodiscard]] bool has_variables() const { return !variables_.empty(); }
  /// The pattern has fewer than the six components of an ARN.
  [[nodiscard]] bool short_of_arn() const { return short_of_arn_; }

 private:
  struct Piece {
    enum class Kind : std::uint8_t {
      literal,
      one,                  // Any character.
      one_in_segment,       // Any but a colon.
      run,                  // Any characters.
      run_in_segment,       // Any but colons.
      variable,             // A variable's value.
      variable_in_segment,  // A variable's value, if there is no colon in it.
    };
    Kind kind;
    std::uint32_t begin;  // literal: in text_; variable: its number.
    std::uint32_t size;   // literal.
  };
  struct Variable {
    ContextKey key;
    std::optional<std::string> fallback;
  };
  class Compiler;

  [[nodiscard]] bool fits(std::string_view text, std::span<const std::string_view> values) const;
  [[nodiscard]] bool may_begin(std::string_view beginning) const;
  [[nodiscard]] bool starts_with(std::string_view text, std::string_view literal) const;

  std::string text_;
  std::vector<Piece> pieces_;
  std::vector<Variable> variables_;
  bool fold_case_ = false;
  bool variable_too_early_ = false;
  bool short_of_arn_ = false;
};

}  // namespace trailkeeper::rules::iam
