#include "query/least_privilege.h"

#include <algorithm>
#include <map>
#include <set>

#include "audit/segment_judge.h"
#include "event/json_text.h"
#include "query/count.h"
#include "query/event_list.h"
#include "rules/iam/json_node.h"
#include "rules/verdicts/resource.h"

namespace trailkeeper::query {

namespace iam = rules::iam;

namespace {

// More resources than these are listed as what they lie in, or `*`; more events than these aren't looked at one by one.
constexpr std::size_t kMostResources = 20;
constexpr std::uint64_t kMostEvents = 2000;

using Resources = std::set<std::string>;

Filter calls_of(const rules::grants::History::Name& principal, std::optional<event::Timestamp> since) {
  Filter filter;
  filter.add(FilterField::principal, principal.arn);
  filter.add(FilterField::error, "none");
  filter.since = since;
  return filter;
}

// An ARN as a policy writes it: these characters would be wildcards and variables.
std::string literal(std::string_view arn) {
  std::string out;
  for (const char c : arn) {
    if (c == '*' || c == '?' || c == '$') {
      out += std::string{"${"} + c + "}";
    } else {
      out += c;
    }
  }
  return out;
}

// The same resources, or what they lie in (a bucket, a folder of roles), or all, so that a policy can list them.
Resources few(Resources resources) {
  if (resources.empty() || resources.contains("*")) return {"*"};
  if (resources.size() <= kMostResources) return resources;
  Resources wider;
  for (const std::string& arn : resources) {
    const std::size_t slash = arn.find('/');
    wider.insert(slash == std::string::npos ? arn : arn.substr(0, slash) + "/*");
  }
  if (wider.size() > kMostResources) return {"*"};
  return wider;
}

// The resources of all calls of one kind; `*` if they can't be told.
Resources resources_of(const store::Snapshot& snapshot, const Filter& calls, const iam::Action& action,
                       const rules::requirements::Catalogue& catalogue) {
  Resources resources;
  std::uint64_t seen = 0;
  list_events(snapshot, calls, Order::newest, kMostEvents + 1, [&](const ListedEvent& event) {
    std::string json;
    event.segment->append_event(event.index, snapshot.hash_seed(), json);
    const auto record = iam::parse_json_object(json);
    const audit::FactsOfEvent facts{*event.segment, event.index};
    std::string arn = record ? rules::verdicts::resource_of(facts.facts(), *record, action, catalogue) : std::string{};
    if (arn.empty() || ++seen > kMostEvents) arn = "*";
    const bool everything = arn == "*";
    resources.insert(everything ? arn : literal(arn));
    return !everything;
  });
  return few(std::move(resources));
}

void append_list(const std::set<std::string>& texts, std::string& out) {
  out += '[';
  for (const std::string& text : texts) {
    if (out.back() != '[') out += ',';
    event::append_quoted(text, out);
  }
  out += ']';
}

std::string document_of(const std::map<std::string, Resources>& used) {
  std::map<Resources, std::set<std::string>> by_resources;
  for (const auto& [action, resources] : used) by_resources[resources].insert(action);
  std::string json = R"({"Version":"2012-10-17","Statement":[)";
  for (const auto& [resources, actions] : by_resources) {
    json += json.back() == '[' ? R"({"Effect":"Allow","Action":)" : R"(,{"Effect":"Allow","Action":)";
    append_list(actions, json);
    json += R"(,"Resource":)";
    append_list(resources, json);
    json += '}';
  }
  return json + "]}";
}

// The actions that a document's Allow statements list, with their statements.
std::vector<LeastPrivilege::Unused> listed_actions(const rules::grants::Document& document) {
  std::vector<LeastPrivilege::Unused> listed;
  const auto root = iam::parse_json_object(document.json);
  const iam::JsonNode* const statements = root ? root->find("Statement") : nullptr;
  if (statements == nullptr) return listed;
  const auto read = [&](const iam::JsonNode& statement, std::size_t number) {
    const iam::JsonNode* const effect = statement.find("Effect");
    const iam::JsonNode* const actions = statement.find("Action");
    if (effect == nullptr || effect->text != "Allow" || actions == nullptr) return;
    const iam::JsonNode* const sid = statement.find("Sid");
    const std::string label =
        sid == nullptr ? "statement " + std::to_string(number) : "statement \"" + sid->text + "\"";
    if (actions->kind == iam::JsonNode::Kind::string) listed.push_back({document.name, label, actions->text});
    for (const iam::JsonNode& action : actions->items) listed.push_back({document.name, label, action.text});
  };
  if (statements->kind == iam::JsonNode::Kind::object) read(*statements, 0);
  for (std::size_t i = 0; i < statements->items.size(); ++i) read(statements->items[i], i);
  return listed;
}

bool uses(const std::map<std::string, Resources>& used, const std::string& listed) {
  const auto pattern = iam::ActionPattern::parse(listed);
  return pattern && std::any_of(used.begin(), used.end(), [&](const auto& entry) {
           const auto action = iam::Action::parse(entry.first);
           return action && pattern->match(*action);
         });
}

}  // namespace

LeastPrivilege least_privilege(const store::Snapshot& snapshot, audit::PolicyState& state,
                               const rules::grants::History::Name& principal, std::optional<event::Timestamp> since,
                               event::Timestamp now) {
  LeastPrivilege result;
  const Filter calls = calls_of(principal, since);
  std::map<std::string, Resources> used;
  for (const CountRow& row : count_events(snapshot, calls, {{"source", "name", "type"}, Bucket::none, std::nullopt})) {
    result.events += row.count;
    const std::string source = row.values[0].value_or("");
    const std::string name = row.values[1].value_or("");
    if (row.values[2] && *row.values[2] != "AwsApiCall") continue;
    const rules::requirements::Requirement needed = state.catalogue().requirement(source, name);
    if (!needed.none.empty()) continue;
    if (!needed.parsed) {
      result.uncovered.push_back(source + " " + name);
      continue;
    }
    Resources resources{"*"};
    if (!needed.without_resource) {
      Filter of_kind = calls;
      of_kind.add(FilterField::source, source);
      of_kind.add(FilterField::name, name);
      resources = resources_of(snapshot, of_kind, *needed.parsed, state.catalogue());
    }
    Resources& all = used[needed.action];
    all.insert(resources.begin(), resources.end());
    all = few(std::move(all));
  }
  result.policy = document_of(used);
  const auto granted = state.history().granted({principal.kind, principal.account, principal.name}, now);
  for (const auto& document : granted->identity) {
    for (LeastPrivilege::Unused& listed : listed_actions(*document)) {
      if (!uses(used, listed.action)) result.unused.push_back(std::move(listed));
    }
  }
  return result;
}

}  // namespace trailkeeper::query
