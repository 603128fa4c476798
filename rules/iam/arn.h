// Amazon Resource Names: arn:partition:service:region:account:resource.
#pragma once

#include <optional>
#include <string_view>

namespace trailkeeper::rules::iam {

/// Twelve digits.
constexpr bool is_account_id(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// An ARN's components, views into its text. The resource may have colons in it.
struct Arn {
  std::string_view partition;
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view resource;

  /// The account that the resource is in. Empty if the ARN doesn't show it, as for a bucket, and if the resource is
  /// AWS's own (`aws`): that isn't an account, and who may read it is up to the caller's policies alone.
  [[nodiscard]] std::string_view owner() const;

  /// Nothing if the text doesn't start with `arn:` or has fewer than six components.
  static std::optional<Arn> parse(std::string_view text);
};

}  // namespace trailkeeper::rules::iam
