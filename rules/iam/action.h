// Actions, such as s3:GetObject, and what a policy's Action and NotAction match.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace trailkeeper::rules::iam {

/// A request's action, in lower case: actions don't depend on case.
class Action {
 public:
  /// Takes `service:Name`; the error says what is wrong.
  static boost::system::result<Action, std::string> parse(std::string_view text);

  [[nodiscard]] std::string_view service() const { return std::string_view{text_}.substr(0, colon_); }
  [[nodiscard]] std::string_view name() const { return std::string_view{text_}.substr(colon_ + 1); }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string text_;
  std::size_t colon_ = 0;
};

/// One value of Action or NotAction (IAM User Guide, "Action"): `*`, or `service:Name` with `*` and `?` in the name.
/// A value with blanks or commas in it is accepted, as IAM accepts it, and matches nothing.
class ActionPattern {
 public:
  /// The error says what is wrong: no service, or a wildcard in it.
  static boost::system::result<ActionPattern, std::string> parse(std::string_view text);

  [[nodiscard]] bool match(const Action& action) const;
  [[nodiscard]] bool matches_everything() const { return reach_ == Reach::everything; }
  [[nodiscard]] bool matches_nothing() const { return reach_ == Reach::nothing; }

 private:
  enum class Reach { nothing, some, everything };
  Reach reach_ = Reach::nothing;
  std::string service_;
  std::string name_;
};

}  // namespace trailkeeper::rules::iam
