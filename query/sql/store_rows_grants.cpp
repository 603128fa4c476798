// What was granted to whom, as of now, as tables.
#include "query/sql/sql_time.h"
#include "query/sql/store_rows.h"
#include "query/verdicts/policy_state.h"

namespace trailkeeper::query::sql {
namespace {

namespace grants = rules::grants;

template <typename Visit>
void for_each_principal(const TableSource& source, const Visit& visit) {
  PolicyState state{*source.snapshot};
  const grants::History& history = state.history();
  for (const grants::History::Name& name : history.names(source.now)) {
    store::check_read_limit();
    visit(name, *history.granted({name.kind, name.account, name.name}, source.now), history);
  }
}

void read_principals(const TableSource& source, RowTaker& into) {
  const ShownEvents& shown = *source.shown;
  for_each_principal(
      source, [&](const grants::History::Name& name, const grants::Granted& granted, const grants::History& history) {
        const auto known_from = history.known_from(name.account);
        into.take({shown.text(name.arn), name.kind == grants::Holder::Kind::user ? "user" : "role", name.account,
                   shown.text(name.name), known_from ? std::optional{timestamp_text(*known_from)} : std::nullopt,
                   text_or_null(shown.text(granted.unknown))});
      });
}

void read_policies(const TableSource& source, RowTaker& into) {
  const ShownEvents& shown = *source.shown;
  for_each_principal(source, [&](const grants::History::Name& name, const grants::Granted& granted,
                                 const grants::History& /*history*/) {
    const auto add = [&](const char* as, const grants::DocumentPtr& document) {
      into.take({shown.text(name.arn), as, shown.text(document->name), shown.text(document->json)});
    };
    // In the order, and with the words, of `policies show`.
    for (const auto& document : granted.identity) add("identity policy", document);
    for (const auto& document : granted.boundaries) add("permissions boundary", document);
    for (const auto& level : granted.service_control) {
      for (const auto& document : level) add("service control policy", document);
    }
    for (const auto& level : granted.resource_control) {
      for (const auto& document : level) add("resource control policy", document);
    }
    if (granted.trust) add("trust policy", granted.trust);
  });
}

}  // namespace

std::vector<StoreTable> grant_tables() {
  const Type text{Kind::varchar};
  return {{{"principals",
            {{"principal", text},
             {"kind", text},
             {"account", text},
             {"name", text},
             {"knownFrom", {Kind::timestamp}},
             {"unknown", text}}},
           read_principals},
          {{"policies", {{"principal", text}, {"as", text}, {"policy", text}, {"document", text}}}, read_policies}};
}

}  // namespace trailkeeper::query::sql
