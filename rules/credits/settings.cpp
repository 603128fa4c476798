#include "rules/credits/settings.h"

#include <functional>
#include <stdexcept>

#include "text/json_node.h"

namespace trailkeeper::rules::credits {
namespace {

using text::JsonNode;
using NodeKind = JsonNode::Kind;

// Where a value stands, and what is wrong with it.
struct Problem {
  std::string message;
  std::size_t offset = 0;
};
using Taken = std::optional<Problem>;

Taken wants(const JsonNode& node, std::string_view what) {
  return Problem{"must be " + std::string{what} + ", not " + std::string{text::kind_name(node.kind)}, node.offset};
}

Taken take(const JsonNode& node, bool& to) {
  if (node.kind != NodeKind::boolean) return wants(node, "true or false");
  to = node.boolean;
  return {};
}

Taken take(const JsonNode& node, int& to) {
  constexpr std::size_t kMaxDigits = 6;
  const bool digits = node.kind == NodeKind::number && node.text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || node.text.size() > kMaxDigits) return wants(node, "a whole number up to 999999");
  to = std::stoi(node.text);
  return {};
}

Taken take(const JsonNode& node, text::Money& to) {
  const bool text = node.kind == NodeKind::number || node.kind == NodeKind::string;
  const auto money = text ? text::Money::parse(node.text) : std::nullopt;
  if (text && (!money || money->is_negative())) {
    return Problem{"must be an amount of dollars, such as 100000, not '" + node.text + "'", node.offset};
  }
  if (!text) return wants(node, "an amount of dollars");
  to = *money;
  return {};
}

// One of two words.
Taken take_word(const JsonNode& node, std::string_view yes, std::string_view no, bool& to) {
  if (node.kind != NodeKind::string || (node.text != yes && node.text != no)) {
    return wants(node, "\"" + std::string{yes} + "\" or \"" + std::string{no} + "\"");
  }
  to = node.text == yes;
  return {};
}

Taken take(const JsonNode& node, Settings::IgnoreCase& to) {
  const std::map<std::string, Settings::IgnoreCase> words{{"none", Settings::IgnoreCase::none},
                                                          {"domain", Settings::IgnoreCase::domain},
                                                          {"all", Settings::IgnoreCase::all}};
  const auto found = words.find(node.text);
  if (node.kind != NodeKind::string || found == words.end()) return wants(node, R"("none", "domain" or "all")");
  to = found->second;
  return {};
}

Taken take(const JsonNode& node, std::set<std::string, std::less<>>& to) {
  to.clear();
  for (const JsonNode& item : node.items) {
    if (item.kind != NodeKind::string) return wants(item, "a product code");
    to.insert(item.text);
  }
  for (const text::JsonMember& member : node.members) to.insert(member.key);
  return node.kind == NodeKind::array || node.kind == NodeKind::object ? Taken{}
                                                                       : wants(node, "an array of product codes");
}

// Product codes, each with the name that AWS's bills and APIs give the service.
Taken take_services(const JsonNode& node, Settings& settings) {
  settings.service_names.clear();
  for (const text::JsonMember& member : node.members) {
    if (member.value.kind != NodeKind::string) return wants(member.value, "the service's name");
    settings.service_names[member.value.text] = member.key;
  }
  return take(node, settings.services);
}

Taken take(const JsonNode& node, std::set<text::Day>& to) {
  if (node.kind != NodeKind::array) return wants(node, "an array of dates");
  to.clear();
  for (const JsonNode& item : node.items) {
    const auto day = item.kind == NodeKind::string ? text::parse_day(item.text) : std::nullopt;
    if (!day) return wants(item, "a date as 2024-12-25");
    to.insert(*day);
  }
  return {};
}

// A path goes through arrays by itself: `forms[].orgId` is `forms.orgId`.
std::string without_brackets(std::string path) {
  constexpr std::string_view kBrackets = "[]";
  for (std::size_t at = path.find(kBrackets); at != std::string::npos; at = path.find(kBrackets, at)) {
    path.erase(at, kBrackets.size());
  }
  return path;
}

Taken take_facts(const JsonNode& node, Settings& settings) {
  if (node.kind != NodeKind::object) return wants(node, "an object");
  settings.facts.clear();
  for (const text::JsonMember& event : node.members) {
    for (const text::JsonMember& fact : event.value.members) {
      std::vector<std::string>& paths = settings.facts[event.key][fact.key];
      for (const JsonNode& path : fact.value.items) {
        if (path.kind != NodeKind::string) return wants(path, "a path as requestParameters.form.orgId");
        paths.push_back(without_brackets(path.text));
      }
      if (fact.value.kind != NodeKind::array) return wants(fact.value, "an array of paths");
    }
    if (event.value.kind != NodeKind::object) return wants(event.value, "an object");
  }
  return {};
}

using Taker = std::function<Taken(const JsonNode&, Settings&)>;

const std::map<std::string, Taker, std::less<>>& takers() {
  static const std::map<std::string, Taker, std::less<>> all{
      {"lifetimeCap", [](const JsonNode& n, Settings& s) { return take(n, s.lifetime_cap); }},
      {"clipToCap", [](const JsonNode& n, Settings& s) { return take(n, s.clip_to_cap); }},
      {"foundedYears", [](const JsonNode& n, Settings& s) { return take(n, s.founded_years); }},
      {"foundedInclusive", [](const JsonNode& n, Settings& s) { return take(n, s.founded_inclusive); }},
      {"leapDay", [](const JsonNode& n, Settings& s) { return take_word(n, "03-01", "02-28", s.leap_day_into_march); }},
      {"equalApplications",
       [](const JsonNode& n, Settings& s) {
         return take_word(n, "reject-later", "reject-earlier", s.tie_rejects_later);
       }},
      {"emailIgnoresCase", [](const JsonNode& n, Settings& s) { return take(n, s.email_ignores_case); }},
      {"taiwan", [](const JsonNode& n, Settings& s) { return take_word(n, "refuse", "warn", s.taiwan_refused); }},
      {"sharingDefault", [](const JsonNode& n, Settings& s) { return take(n, s.sharing_default); }},
      {"coverTax", [](const JsonNode& n, Settings& s) { return take(n, s.cover_tax); }},
      {"grantWithinHours", [](const JsonNode& n, Settings& s) { return take(n, s.grant_within_hours); }},
      {"retryAfterHours", [](const JsonNode& n, Settings& s) { return take(n, s.retry_after_hours); }},
      {"lateAfterBusinessDays", [](const JsonNode& n, Settings& s) { return take(n, s.late_after_business_days); }},
      {"displayDecimals", [](const JsonNode& n, Settings& s) { return take(n, s.display_decimals); }},
      {"holidays", [](const JsonNode& n, Settings& s) { return take(n, s.holidays); }},
      {"supportPlans", [](const JsonNode& n, Settings& s) { return take(n, s.support_plans); }},
      {"never", [](const JsonNode& n, Settings& s) { return take(n, s.never); }},
      {"services", take_services},
      {"facts", take_facts},
  };
  return all;
}

text::Problem no_such(const text::JsonMember& member, const std::string& path) {
  std::string names;
  for (const auto& [name, taker] : takers()) names += (names.empty() ? "" : ", ") + name;
  return {"isn't a setting; there are " + names, path, member.offset};
}

text::Result<Settings> read(std::string_view json, Settings settings) {
  auto root = text::parse_json_object(json);
  if (!root) return root.error();
  for (const text::JsonMember& member : root->members) {
    const std::string path = text::pointer_to("", member.key);
    const auto taker = takers().find(member.key);
    if (taker == takers().end()) return no_such(member, path);
    if (const Taken wrong = taker->second(member.value, settings)) {
      return text::Problem{wrong->message, path, wrong->offset};
    }
  }
  return settings;
}

}  // namespace

const Settings& Settings::built_in() {
  static const Settings settings = [] {
    auto made = read(built_in_settings_text(), {});
    if (!made) throw std::logic_error("settings.json: " + made.error().path + ": " + made.error().message);
    return *made;
  }();
  return settings;
}

text::Result<Settings> Settings::parse(std::string_view json) { return read(json, built_in()); }

}  // namespace trailkeeper::rules::credits
