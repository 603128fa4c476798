#include "query/verdicts/findings.h"

#include <algorithm>

#include "query/field_catalogue.h"
#include "query/verdicts/segment_judge.h"
#include "query/verdicts/verdict_filter.h"
#include "rules/verdicts/request_context.h"
#include "text/json_node.h"

namespace trailkeeper::query {

using rules::Severity;
using rules::verdicts::Judge;
using rules::verdicts::Judgement;
using rules::verdicts::Verdict;

namespace {

Severity severity_of(const Judgement& judgement, bool reads) {
  if (judgement.verdict == Verdict::not_granted) {
    const bool strict = judgement.rule == "R11" || judgement.rule == "R12";
    return strict || !reads ? Severity::high : Severity::medium;
  }
  return Severity::low;
}

std::string sentence_of(const Judgement& judgement) {
  switch (judgement.verdict) {
    case Verdict::not_granted: return "It succeeded, but " + judgement.why;
    case Verdict::denied_though_granted:
      return "It was refused, by a policy that isn't known here (an SCP, a boundary, a session's or the resource's): " +
             judgement.why;
    default: return judgement.why;
  }
}

/// Judges listed events again, this time with the reasons.
class Explainer {
 public:
  Explainer(const store::Snapshot& snapshot, PolicyState& state)
      : snapshot_(snapshot), superseded_(state.superseded()), judge_(state.history(), state.catalogue()) {}

  Explanation explain(const ListedEvent& event) {
    const FactsOfEvent of_event{*event.segment, event.index};
    const rules::verdicts::EventFacts& facts = of_event.facts();
    std::string json;
    event.segment->append_event(event.index, snapshot_.hash_seed(), json);
    Explanation out;
    PermissionFinding& finding = out.finding;
    finding.event = event;
    finding.verdict = rules::verdicts::verdict_name(Verdict::unknown);
    finding.principal = facts.arn.empty() ? facts.principal_id : facts.arn;
    const auto record = text::parse_json_object(json);
    if (!record) {
      finding.sentence = "The event has a key twice or is no JSON that can be read: " + record.error().message;
      return out;
    }
    finding.event_id = rules::verdicts::text_at(*record, {"eventID"});
    out.judgement = judge_.judgement(facts, *record);
    const text::JsonNode* const read_only = record->find("readOnly");
    finding.action = out.judgement.action;
    finding.rule = out.judgement.rule;
    finding.verdict = rules::verdicts::verdict_name(out.judgement.verdict);
    finding.severity = severity_of(out.judgement, read_only != nullptr && read_only->text == "true");
    finding.sentence = sentence_of(out.judgement);
    add_addenda(out);
    return out;
  }

 private:
  // An event that was replaced has no verdict of its own.
  void add_addenda(Explanation& out) const {
    const EventPlace place{out.finding.event.segment, out.finding.event.index};
    const auto id_of = [&](const EventPlace& of) { return event_id_of(snapshot_, {of.segment, of.index}); };
    for (const EventPlace& older : superseded_.replaced_by(place)) out.replaces.push_back(id_of(older));
    const auto newest = superseded_.newest(place);
    if (!newest) return;
    PermissionFinding& finding = out.finding;
    out.superseded_by = id_of(*newest);
    finding.verdict = kSupersededWord;
    finding.severity = Severity::low;
    finding.rule.clear();
    finding.sentence = "The addendum " + out.superseded_by + " replaced it, and only that one is judged.";
  }

  const store::Snapshot& snapshot_;
  const SupersededEvents& superseded_;
  Judge judge_;
};

}  // namespace

std::string event_id_of(const store::Snapshot& snapshot, const ListedEvent& event) {
  if (auto known = stored_event_id(*event.segment, event.index)) return std::move(*known);
  std::string json;
  event.segment->append_event(event.index, snapshot.hash_seed(), json);
  const auto record = text::parse_json_object(json);
  return record ? std::string{rules::verdicts::text_at(*record, {"eventID"})} : std::string{};
}

void list_findings(const store::Snapshot& snapshot, const Filter& filter, std::optional<std::uint64_t> limit,
                   const std::function<bool(const PermissionFinding&)>& visit) {
  Filter wanted = filter;
  const bool asked = std::any_of(filter.fields.begin(), filter.fields.end(),
                                 [](const FieldFilter& field) { return field.field == FilterField::verdict; });
  if (!asked) {
    wanted.add(FilterField::verdict, rules::verdicts::verdict_name(Verdict::not_granted));
    wanted.add(FilterField::verdict, rules::verdicts::verdict_name(Verdict::denied_though_granted));
  }
  wanted = with_verdicts(snapshot, wanted);
  Explainer explainer{snapshot, wanted.verdicts->state()};
  list_events(snapshot, wanted, Order::newest, limit,
              [&](const ListedEvent& event) { return visit(explainer.explain(event).finding); });
}

std::vector<Explanation> explain_event(const store::Snapshot& snapshot, std::string_view event_id) {
  PolicyState state{snapshot};
  Explainer explainer{snapshot, state};
  std::vector<Explanation> out;
  for (const ListedEvent& event : find_events(snapshot, event_id)) {
    out.push_back(explainer.explain(event));
  }
  return out;
}

}  // namespace trailkeeper::query
