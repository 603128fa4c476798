#include "rules/verdicts/event_facts.h"

#include <algorithm>
#include <array>

#include "rules/iam/arn.h"

namespace trailkeeper::rules::verdicts {
namespace {

// The name at the end of `user/path/name` or `role/path/name`; empty for other ARNs.
std::string_view name_in(std::string_view arn, std::string_view kind) {
  const auto parsed = iam::Arn::parse(arn);
  if (!parsed || !parsed->resource.starts_with(kind)) return {};
  return parsed->resource.substr(parsed->resource.rfind('/') + 1);
}

std::string_view account_in(std::string_view arn) {
  const auto parsed = iam::Arn::parse(arn);
  return parsed ? parsed->account : std::string_view{};
}

// The role's name in arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION.
std::string_view role_of_session(std::string_view arn) {
  constexpr std::string_view kKind = "assumed-role/";
  const auto parsed = iam::Arn::parse(arn);
  if (!parsed || !parsed->resource.starts_with(kKind)) return {};
  const std::string_view rest = parsed->resource.substr(kKind.size());
  return rest.substr(0, rest.find('/'));
}

}  // namespace

std::optional<grants::Holder> holder_of(const EventFacts& facts) {
  using HolderKind = grants::Holder::Kind;
  const auto holder = [](HolderKind kind, std::string_view account,
                         std::string_view name) -> std::optional<grants::Holder> {
    if (account.empty() || (name.empty() && kind != HolderKind::root)) return std::nullopt;
    return grants::Holder{kind, account, name};
  };
  const std::string_view type = facts.identity_type;
  if (type == "Root") return holder(HolderKind::root, facts.account, {});
  if (type == "IAMUser") {
    const std::string_view name = name_in(facts.arn, "user/");
    return holder(HolderKind::user, facts.account, name.empty() ? facts.user_name : name);
  }
  if (type == "AssumedRole") {
    const std::string_view name = name_in(facts.issuer_arn, "role/");
    if (!name.empty()) return holder(HolderKind::role, account_in(facts.issuer_arn), name);
    return holder(HolderKind::role, account_in(facts.arn), role_of_session(facts.arn));
  }
  if (type == "Role") return holder(HolderKind::role, account_in(facts.arn), name_in(facts.arn, "role/"));
  if (type == "FederatedUser")
    return holder(HolderKind::user, account_in(facts.issuer_arn), name_in(facts.issuer_arn, "user/"));
  return std::nullopt;
}

Outcome outcome_of(std::string_view error_code) {
  constexpr std::array<std::string_view, 7> kRefusals{
      "AccessDenied",       "UnauthorizedOperation", "AuthorizationError", "NotAuthorized",
      "UnauthorizedAccess", "UnauthorizedException", "ForbiddenException"};
  if (error_code.empty() || error_code == "Client.DryRunOperation" || error_code == "DryRunOperation") {
    return Outcome::allowed;
  }
  const bool refused = std::any_of(kRefusals.begin(), kRefusals.end(), [&](std::string_view word) {
    return error_code.find(word) != std::string_view::npos;
  });
  return refused ? Outcome::refused : Outcome::failed;
}

}  // namespace trailkeeper::rules::verdicts
