#include "rules/iam/arn.h"

namespace trailkeeper::rules::iam {

std::optional<Arn> Arn::parse(std::string_view text) {
  if (text.substr(0, 4) != "arn:") return std::nullopt;
  text.remove_prefix(4);
  Arn arn;
  for (std::string_view* component : {&arn.partition, &arn.service, &arn.region, &arn.account}) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    *component = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  arn.resource = text;
  return arn;
}

std::string_view Arn::owner() const { return is_account_id(account) ? account : std::string_view{}; }

}  // namespace trailkeeper::rules::iam
