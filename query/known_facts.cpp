#include "query/known_facts.h"

#include <set>

#include "query/event_list.h"
#include "query/ledger/credit_ledger.h"
#include "text/json_writer.h"

namespace trailkeeper::query {

namespace credits = rules::credits;

credits::Pseudonymiser fact_names(const store::Snapshot& snapshot) {
  return credits::Pseudonymiser{snapshot.pseudonym_key()};
}

std::vector<KnownFact> known_facts(const store::Snapshot& snapshot, std::vector<credits::OwnFact> facts) {
  std::vector<KnownFact> all;
  std::set<std::string> seen;
  const credits::Pseudonymiser names = fact_names(snapshot);
  for (credits::OwnFact& fact : facts) {
    KnownFact known;
    known.event_id = credits::own_event_id(fact, names);
    known.fact = std::move(fact);
    known.known = !seen.insert(known.event_id).second || !find_events(snapshot, known.event_id).empty();
    all.push_back(std::move(known));
  }
  return all;
}

std::string objection(const store::Snapshot& snapshot, const std::vector<KnownFact>& facts) {
  std::optional<CreditLedger> ledger;
  std::optional<credits::Corrections> corrections;
  for (const KnownFact& fact : facts) {
    if (fact.known) {
      if (!ledger) ledger.emplace(snapshot);
      if (!corrections) corrections = ledger->corrections();
      std::string withdrawn = corrections->objection_to_repeating(fact.event_id, fact.fact.account);
      if (!withdrawn.empty()) return withdrawn;
    }
    // To say a correction or decision once more changes nothing; a credit may have been withdrawn meanwhile.
    const bool issues = fact.fact.name == "CreditsIssued";
    const bool doubted = issues || fact.fact.name == "CreditsCorrected" || fact.fact.name == "ApplicationDecided";
    if (!doubted || (fact.known && !issues)) continue;
    if (!ledger) ledger.emplace(snapshot);
    if (auto why = ledger->objection(fact.fact)) return *why;
  }
  return {};
}

std::string journal_text(std::string_view verb, const std::vector<KnownFact>& facts) {
  constexpr std::size_t kNamed = 100;
  std::vector<std::string_view> events;
  std::size_t count = 0;
  for (const KnownFact& fact : facts) {
    if (!fact.known && ++count <= kNamed) events.push_back(fact.event_id);
  }
  std::string text;
  text::JsonWriter{text}
      .open('{')
      .member("action", "credits-" + std::string{verb})
      .member("facts", count)
      .list("events", events)
      .close('}');
  return text;
}

}  // namespace trailkeeper::query
