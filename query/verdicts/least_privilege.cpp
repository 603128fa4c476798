#include "query/verdicts/least_privilege.h"

#include <algorithm>
#include <map>
#include <set>

#include "query/count.h"
#include "query/event_list.h"
#include "query/shown_event.h"
#include "query/verdicts/segment_judge.h"
#include "rules/verdicts/extra_needs.h"
#include "rules/verdicts/resource.h"
#include "text/json_node.h"
#include "text/json_writer.h"

namespace trailkeeper::query {

namespace iam = rules::iam;

namespace {

// More resources than these are listed as what they lie in, or `*`; more events than these aren't looked at one by one.
constexpr std::size_t kMostResources = 20;
constexpr std::uint64_t kMostEvents = 2000;

using Resources = std::set<std::string>;

Filter calls_of(const rules::grants::History::Name& principal, std::optional<text::Timestamp> since) {
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

using Used = std::map<std::string, Resources>;  // By action.

/// Gathers what the calls of one kind need.
class Gatherer {
 public:
  Gatherer(const store::Snapshot& snapshot, PolicyState& state, Used& used)
      : snapshot_(snapshot), state_(state), used_(used) {}

  // The calls of one kind, which may have needed different actions. False if some needed one that can't be told.
  bool gather(const Filter& calls, const std::vector<rules::requirements::Requirement>& requirements) {
    told_ = true;
    Kind kind;
    const std::vector<const rules::requirements::Requirement*> any = possible(requirements, nullptr);
    if (any.size() == 1) need(*any.front(), kind);
    std::uint64_t seen = 0;
    list_events(snapshot_, calls, Order::newest, kMostEvents + 1, [&](const ListedEvent& event) {
      if (++seen > kMostEvents) {
        for (const auto* one : any) need(*one, kind);
        for (auto& [name, needed] : kind.actions) needed.resources.insert("*");
        return false;
      }
      return look(event, requirements, kind);
    });
    for (auto& [name, needed] : kind.actions) put(name, few(std::move(needed.resources)));
    for (auto& [name, resources] : kind.extra) put(name, few(std::move(resources)));
    return told_;
  }

 private:
  struct Needed {
    iam::Action action;
    bool without_resource = false;
    Resources resources;
  };
  // What one kind of call needed.
  struct Kind {
    std::map<std::string, Needed> actions;
    Used extra;  // What they needed beside that.
  };

  void need(const rules::requirements::Requirement& requirement, Kind& kind) {
    if (requirement.action.empty()) {
      told_ = told_ && !requirement.none.empty();
      return;
    }
    kind.actions.try_emplace(requirement.action, Needed{*requirement.parsed, requirement.without_resource, {}});
    for (const auto& more : requirement.more) {
      kind.actions.try_emplace(more.action, Needed{more.parsed, more.without_resource, {}});
    }
    for (const auto& also : requirement.also) used_[also.action].insert("*");
  }

  // What one call needed; whether the next is to be looked at.
  bool look(const ListedEvent& event, const std::vector<rules::requirements::Requirement>& requirements, Kind& kind) {
    std::string json;
    event.segment->append_event(event.index, snapshot_.hash_seed(), json);
    const auto record = text::parse_json_object(json);
    if (!record) {
      told_ = false;
      return true;
    }
    const FactsOfEvent facts{*event.segment, event.index};
    const auto needed = possible(requirements, &*record);
    if (needed.size() > 1) told_ = false;
    bool more = requirements.size() > 1;
    for (const rules::requirements::Requirement* one : needed) {
      if (needed.size() > 1) break;
      need(*one, kind);
      more = look_at(*one, facts.facts(), *record, kind) || more;
    }
    return more;
  }

  bool look_at(const rules::requirements::Requirement& requirement, const rules::verdicts::EventFacts& facts,
               const text::JsonNode& record, Kind& kind) {
    if (requirement.action.empty()) return false;
    add_extra(requirement, facts, record, kind);
    bool open = !requirement.extras.empty();
    const auto of = [&](const std::string& name) {
      Needed& needed = kind.actions.at(name);
      if (needed.without_resource) {
        needed.resources.insert("*");
      } else {
        add(facts, record, needed.action, needed.resources);
      }
      open = open || !needed.resources.contains("*");
    };
    of(requirement.action);
    for (const auto& more : requirement.more) of(more.action);
    return open;
  }

  void add_extra(const rules::requirements::Requirement& requirement, const rules::verdicts::EventFacts& facts,
                 const text::JsonNode& record, Kind& kind) {
    for (const auto& need : rules::verdicts::extra_needs(facts, &record, requirement, state_.catalogue())) {
      if (!need.sure && need.extra->row->sure)
        continue;  // The others go in: what is missing breaks, what isn't needed doesn't.
      const rules::verdicts::Resource& on = need.resource;
      std::string resource = "*";
      if (!on.arn.empty()) {
        resource = literal(state_.history().with_path(on.arn, facts.time));
      } else if (!on.beginning.empty()) {
        resource = on.beginning + "*";
      }
      kind.extra[std::string{need.extra->row->action}].insert(std::move(resource));
    }
  }

  void add(const rules::verdicts::EventFacts& facts, const text::JsonNode& record, const iam::Action& action,
           Resources& resources) {
    const auto found = rules::verdicts::resources_of(facts, record, action, state_.catalogue());
    if (found.empty()) resources.insert("*");
    for (const rules::verdicts::Resource& resource : found) {
      resources.insert(literal(state_.history().with_path(resource.arn, facts.time)));
    }
  }

  void put(const std::string& action, Resources resources) {
    Resources& all = used_[action];
    all.merge(resources);
    all = few(std::move(all));
  }

  const store::Snapshot& snapshot_;
  PolicyState& state_;
  Used& used_;
  bool told_ = true;
};

std::string document_of(const Used& used, const ShownEvents& shown) {
  std::map<Resources, std::set<std::string>> by_resources;
  for (const auto& [action, resources] : used) {
    Resources as_shown;
    for (const std::string& resource : resources) as_shown.insert(shown.text(resource));
    by_resources[as_shown].insert(action);
  }
  std::string text;
  text::JsonWriter json{text};
  json.open('{').member("Version", "2012-10-17").table("Statement", by_resources, [&json](const auto& statement) {
    const auto& [resources, actions] = statement;
    json.member("Effect", "Allow").list("Action", actions).list("Resource", resources);
  });
  json.close('}');
  return text;
}

// The actions that a document's Allow statements list, with their statements.
std::vector<LeastPrivilege::Unused> listed_actions(const rules::grants::Document& document) {
  std::vector<LeastPrivilege::Unused> listed;
  const auto root = text::parse_json_object(document.json);
  const text::JsonNode* const statements = root ? root->find("Statement") : nullptr;
  if (statements == nullptr) return listed;
  const auto read = [&](const text::JsonNode& statement, std::size_t number) {
    const text::JsonNode* const effect = statement.find("Effect");
    const text::JsonNode* const actions = statement.find("Action");
    if (effect == nullptr || effect->text != "Allow" || actions == nullptr) return;
    const text::JsonNode* const sid = statement.find("Sid");
    const std::string label =
        sid == nullptr ? "statement " + std::to_string(number) : "statement \"" + sid->text + "\"";
    if (actions->kind == text::JsonNode::Kind::string) listed.push_back({document.name, label, actions->text});
    for (const text::JsonNode& action : actions->items) listed.push_back({document.name, label, action.text});
  };
  if (statements->kind == text::JsonNode::Kind::object) read(*statements, 0);
  for (std::size_t i = 0; i < statements->items.size(); ++i) read(statements->items[i], i);
  return listed;
}

bool uses(const Used& used, const std::string& listed) {
  const auto pattern = iam::ActionPattern::parse(listed);
  return pattern && std::any_of(used.begin(), used.end(), [&](const auto& entry) {
           const auto action = iam::Action::parse(entry.first);
           return action && pattern->match(*action);
         });
}

}  // namespace

LeastPrivilege least_privilege(const store::Snapshot& snapshot, PolicyState& state,
                               const rules::grants::History::Name& principal, std::optional<text::Timestamp> since,
                               text::Timestamp now) {
  LeastPrivilege result;
  const Filter calls = calls_of(principal, since);
  Used used;
  Gatherer gatherer{snapshot, state, used};
  for (const CountRow& row : count_events(snapshot, calls, {{"source", "name", "type"}, Bucket::none, std::nullopt})) {
    result.events += row.count;
    const std::string source = row.values[0].value_or("");
    const std::string name = row.values[1].value_or("");
    if (row.values[2] && *row.values[2] != "AwsApiCall") continue;
    Filter of_kind = calls;
    of_kind.add(FilterField::source, source);
    of_kind.add(FilterField::name, name);
    if (!gatherer.gather(of_kind, state.catalogue().requirements(source, name))) {
      result.uncovered.push_back(source + " " + name);
    }
  }
  const ShownEvents shown{snapshot};
  result.policy = document_of(used, shown);
  const auto granted = state.history().granted({principal.kind, principal.account, principal.name}, now);
  result.unknown = granted->unknown;
  result.none_known = !granted->unknown.empty() && granted->identity.empty();
  for (const auto& document : granted->identity) {
    for (LeastPrivilege::Unused& listed : listed_actions(*document)) {
      if (uses(used, listed.action)) continue;
      result.unused.push_back({shown.text(listed.policy), shown.text(listed.statement), listed.action});
    }
  }
  return result;
}

}  // namespace trailkeeper::query
