#include "query/verdicts/console_access.h"

#include <fmt/format.h>

#include "rules/verdicts/administrator.h"
#include "rules/verdicts/judge.h"
#include "text/json_writer.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

using rules::iam::EvalDecision;
using rules::requirements::Feature;
using rules::verdicts::EventFacts;
using rules::verdicts::Judge;

namespace {

std::string policy_of(const std::vector<std::string>& actions) {
  std::string text;
  text::JsonWriter json{text};
  json.open('{').member("Version", "2012-10-17").name("Statement").open('[').open('{').member("Effect", "Allow");
  json.list("Action", actions).member("Resource", "*").close('}').close(']').close('}');
  return text;
}

/// Asks for one principal's features.
class Asker {
 public:
  Asker(Judge& judge, const rules::grants::Granted& granted, const EventFacts& facts)
      : judge_(judge), granted_(granted), facts_(facts) {}

  ConsoleAccess ask(const Feature& feature) {
    ConsoleAccess access;
    access.feature = feature.name;
    access.rule = feature.rule;
    if (!granted_.unknown.empty()) {
      access.missing.push_back(granted_.unknown);
      return access;
    }
    std::vector<std::string> lacking;
    std::vector<std::string> unknown;
    bool helps = true;  // Another Allow would.
    for (const std::string& action : feature.actions) {
      const rules::iam::Decision& decision = decide(action);
      if (decision.verdict == EvalDecision::allowed) continue;
      if (decision.verdict == EvalDecision::unknown) {
        unknown.push_back(
            fmt::format("{} (depends on {})", action, decision.missing.empty() ? "" : decision.missing.front()));
        continue;
      }
      lacking.push_back(action);
      const std::string limit = limit_of(decision);
      access.missing.push_back(limit.empty() ? action : fmt::format("{} ({})", action, limit));
      helps = helps && limit.empty();
    }
    const bool none = lacking.size() == feature.actions.size();
    if (feature.administrator && !rules::verdicts::is_administrator(granted_)) {
      access.level = ConsoleAccess::Level::no;
      access.missing.emplace_back("an administrator's policy, without a Deny, boundary or SCP that narrows it");
      access.policy = policy_of({"*"});
      return access;
    }
    access.level = lacking.empty() ? (unknown.empty() ? ConsoleAccess::Level::yes : ConsoleAccess::Level::unknown)
                                   : (none ? ConsoleAccess::Level::no : ConsoleAccess::Level::partly);
    access.missing.insert(access.missing.end(), unknown.begin(), unknown.end());
    if (!lacking.empty() && helps) access.policy = policy_of(none ? feature.grants : lacking);
    if (!feature.warn_without.empty() && decide(feature.warn_without).verdict != EvalDecision::allowed) {
      access.warning = feature.warn_without + " missing";
    }
    return access;
  }

 private:
  // What stands in the way besides the want of an Allow: a Deny, a boundary or an SCP; empty if nothing does.
  [[nodiscard]] std::string limit_of(const rules::iam::Decision& decision) const {
    using rules::iam::PolicyKind;
    if (decision.verdict == EvalDecision::explicitly_denied) {
      return "denied by " + rules::verdicts::statement_words(decision.by.front(), &granted_);
    }
    for (const rules::iam::Lack& lack : decision.lacks) {
      if (lack.kind == PolicyKind::permission_boundary) {
        return fmt::format("not within the boundary {}", granted_.boundaries.front()->name);
      }
      if (lack.kind == PolicyKind::service_control) {
        return fmt::format("no SCP at level {} of the organization allows it", lack.level);
      }
    }
    return {};
  }

  const rules::iam::Decision& decide(const std::string& action) {
    action_ = *rules::iam::Action::parse(action);  // The catalogue checked it.
    return judge_.decide(granted_, facts_, action_, "*");
  }

  Judge& judge_;
  const rules::grants::Granted& granted_;
  const EventFacts& facts_;
  rules::iam::Action action_;
};

}  // namespace

std::string_view level_name(ConsoleAccess::Level level) {
  switch (level) {
    case ConsoleAccess::Level::no: return "no";
    case ConsoleAccess::Level::partly: return "partly";
    case ConsoleAccess::Level::yes: return "yes";
    default: return "unknown";
  }
}

std::vector<ConsoleAccess> console_access_of(PolicyState& state, const rules::grants::History::Name& principal,
                                             text::Timestamp time) {
  Judge judge{state.history(), state.catalogue()};
  const auto granted = judge.granted({principal.kind, principal.account, principal.name}, time);
  EventFacts facts;
  facts.time = time;
  facts.identity_type = principal.kind == rules::grants::Holder::Kind::user ? "IAMUser" : "AssumedRole";
  facts.account = principal.account;
  facts.user_name = principal.name;
  Asker asker{judge, *granted, facts};
  std::vector<ConsoleAccess> all;
  for (const Feature& feature : state.catalogue().features()) all.push_back(asker.ask(feature));
  return all;
}

}  // namespace trailkeeper::query
