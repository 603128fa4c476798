#include "rules/iam/explain.h"

#include <fmt/format.h>

#include <algorithm>

namespace trailkeeper::rules::iam {
namespace {

std::string place_words(const StatementPlace& place) {
  std::string words;
  if (place.sid.empty()) {
    words = fmt::format("statement {}", place.statement);
  } else {
    words = fmt::format("statement \"{}\"", place.sid);
  }
  if (place.kind == PolicyKind::resource) return words + " of the resource policy";
  words += fmt::format(" of {} {}", kind_words(place.kind), place.policy);
  const bool levels = place.kind == PolicyKind::service_control || place.kind == PolicyKind::resource_control;
  return levels ? words + fmt::format(" at level {}", place.level) : words;
}

std::string list_words(const std::vector<std::string>& parts, std::string_view last_word) {
  std::string words;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) words += i + 1 == parts.size() ? fmt::format(" {} ", last_word) : std::string{", "};
    words += parts[i];
  }
  return words;
}

// The first statements; a sentence that names a hundred explains nothing.
std::string places_words(const std::vector<StatementPlace>& places) {
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(kNamed, places.size()); ++i) parts.push_back(place_words(places[i]));
  if (places.size() > kNamed) parts.push_back(fmt::format("{} more", places.size() - kNamed));
  return list_words(parts, "and");
}

std::string lack_words(const Lack& lack) {
  switch (lack.kind) {
    case PolicyKind::resource: return "the resource policy";
    case PolicyKind::identity: return "any identity policy";
    case PolicyKind::permission_boundary: return "the permissions boundary";
    case PolicyKind::session: return "any session policy";
    case PolicyKind::vpc_endpoint: return "the VPC endpoint's policy";
    default: return fmt::format("any {} at level {}", kind_words(lack.kind), lack.level);
  }
}

std::string implicit_words(const Decision& decision, const Request& request, std::string_view action) {
  std::vector<std::string> parts;
  for (const Lack& lack : decision.lacks) parts.push_back(lack_words(lack));
  const std::string what = fmt::format("{} on {} isn't allowed by {}", action,
                                       request.resource.empty() ? "an unknown resource" : request.resource,
                                       parts.empty() ? std::string{"any policy"} : list_words(parts, "or"));
  if (!decision.cross_account) return what + ".";
  return fmt::format("{}, and a request to another account ({}) needs both accounts' policies to allow it.", what,
                     request.resource_account);
}

}  // namespace

std::string_view kind_words(PolicyKind kind) {
  switch (kind) {
    case PolicyKind::identity: return "identity policy";
    case PolicyKind::resource: return "resource policy";
    case PolicyKind::permission_boundary: return "permissions boundary";
    case PolicyKind::session: return "session policy";
    case PolicyKind::service_control: return "service control policy";
    case PolicyKind::resource_control: return "resource control policy";
    default: return "VPC endpoint policy";
  }
}

std::string explain(const Decision& decision, const Request& request, std::string_view action) {
  switch (decision.verdict) {
    case EvalDecision::explicitly_denied:
      return fmt::format("{} is denied by {}, and a Deny overrides every Allow.", action, places_words(decision.by));
    case EvalDecision::implicitly_denied:
      if (decision.ground == Ground::aws_owned) {
        return fmt::format("{} is AWS's own: nobody may do {} to it, whatever policies allow.", request.resource,
                           action);
      }
      return implicit_words(decision, request, action);
    case EvalDecision::unknown: {
      std::vector<std::string> parts;
      for (const std::string_view name : decision.missing) parts.emplace_back(name);
      return fmt::format("Whether {} is allowed depends on {}, which isn't known.", action, list_words(parts, "and"));
    }
    default: break;
  }
  switch (decision.ground) {
    case Ground::root_user:
      return fmt::format("The root user of account {} may do everything in it, and nothing denies {}.",
                         request.principal.account, action);
    case Ground::caller_identity: return "sts:GetCallerIdentity needs no permission and can't be denied.";
    default:
      if (decision.by.empty()) return fmt::format("{} is allowed, and nothing denies it.", action);
      return fmt::format("{} is allowed by {}, and nothing denies it.", action, places_words(decision.by));
  }
}

}  // namespace trailkeeper::rules::iam
