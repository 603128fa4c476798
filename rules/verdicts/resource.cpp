#include "rules/verdicts/resource.h"

#include <vector>

#include "rules/iam/arn.h"

namespace trailkeeper::rules::verdicts {

using iam::JsonNode;

namespace {

// The string at `requestParameters.bucketName`.
std::string_view text_by_path(const JsonNode& record, std::string_view path) {
  const JsonNode* at = &record;
  while (at != nullptr && !path.empty()) {
    const std::size_t dot = path.find('.');
    at = at->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return at != nullptr && at->kind == JsonNode::Kind::string ? std::string_view{at->text} : std::string_view{};
}

// The template with its {fields} filled in; empty if one of them isn't there.
std::string filled(std::string_view text, const EventFacts& facts, const JsonNode& record) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) return {};
    const std::string_view field = text.substr(open + 1, close - open - 1);
    text = text.substr(close + 1);
    if (field == "partition") {
      const auto caller = iam::Arn::parse(facts.arn);
      out += caller ? caller->partition : std::string_view{"aws"};
    } else if (field == "region") {
      out += facts.region;
    } else if (field == "account") {
      out += facts.recipient_account.empty() ? facts.account : facts.recipient_account;
    } else {
      const std::string_view value = text_by_path(record, field);
      if (value.empty()) return {};
      // Many parameters take a name or a whole ARN.
      if (value.starts_with("arn:")) return std::string{value};
      out += value;
    }
  }
  return out;
}

}  // namespace

std::string resource_of(const EventFacts& facts, const JsonNode& record, const iam::Action& action,
                        const requirements::Catalogue& catalogue) {
  std::string_view best;
  if (const JsonNode* const resources = record.find("resources"); resources != nullptr) {
    for (const JsonNode& resource : resources->items) {
      const JsonNode* const arn = resource.find("ARN");
      if (arn == nullptr) continue;
      const auto parsed = iam::Arn::parse(arn->text);
      if (!parsed) continue;
      const bool of_service =
          parsed->service == action.service() || (action.service() == "sts" && parsed->service == "iam");
      // An object's event names its bucket, too.
      if (of_service && (best.empty() || (arn->text.size() > best.size() && arn->text.starts_with(best))))
        best = arn->text;
    }
  }
  const std::vector<std::string_view> templates = catalogue.resource_templates(action);
  for (const std::string_view text : templates) {
    std::string arn = filled(text, facts, record);
    // The event may name the bucket among its resources, and the object only in its parameters.
    if (iam::Arn::parse(arn) && arn.starts_with(best)) return arn;
  }
  const bool inside = !templates.empty() && templates.front().find('/') != std::string_view::npos;
  if (inside && best.find('/') == std::string_view::npos) return {};
  return std::string{best};
}

}  // namespace trailkeeper::rules::verdicts
