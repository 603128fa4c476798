// The canonical spelling of event names that CloudTrail and IAM write differently (R3).
#pragma once

#include <span>
#include <string_view>

namespace trailkeeper::event {

/// One name as logged, and as IAM's service reference spells it; both belong to `source`.
struct NameAlias {
  std::string_view source;
  std::string_view logged;
  std::string_view canonical;
};

/// The known aliases: `GetAccountContanct` and `Get Program` of activate.amazonaws.com.
std::span<const NameAlias> name_aliases();

/// The canonical name of the pair (eventSource, eventName); `name` itself where no alias is known.
std::string_view canonical_name(std::string_view source, std::string_view name);

}  // namespace trailkeeper::event
