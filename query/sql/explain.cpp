#include "query/sql/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/sql/events_table.h"
#include "query/sql/pushed_filter.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

std::string counted_text(const EventsUse& use) {
  std::string by;
  for (const NamedType& column : use.columns) {
    if (column.name == kTimeRange) continue;
    std::string name = column.name;
    if (name == "eventTime") name = use.times == Granularity::hour ? "hour of eventTime" : "day of eventTime";
    by += (by.empty() ? " by " : ", ") + name;
  }
  return "events: counted by the store" + by;
}

// `SCAN events_0 VIRTUAL TABLE INDEX 2:0 2 0 `: what was chosen for the table.
std::string events_text(const EventsUse& use, std::string_view detail) {
  std::string out = use.counted ? counted_text(use) : "events: read from the store";
  const std::size_t at = detail.find("INDEX ");
  const std::size_t colon = at == text::npos ? at : detail.find(':', at);
  if (colon == text::npos) return out;
  std::string pushed;
  for (const PushedCondition& condition : decode_conditions(std::string{detail.substr(colon + 1)}.c_str())) {
    if (condition.column >= use.columns.size()) continue;
    pushed += (pushed.empty() ? "" : ", ") + condition_text(use.columns[condition.column], condition);
  }
  out += pushed.empty() ? "; no condition is answered by the store" : "; the store's filters answer: " + pushed;
  const char plan = detail[colon - 1];
  if (plan == '0' + kNewestFirst) out += "; in the store's order, newest first";
  if (plan == '0' + kOldestFirst) out += "; in the store's order, oldest first";
  return out;
}

}  // namespace

std::optional<text::Problem> explain(const Translation& translation, sqlite3_stmt* plan, SqlReader& reader) {
  reader.columns({{"step", {Kind::varchar}}});
  while (sqlite3_step(plan) == SQLITE_ROW) {
    constexpr int kDetail = 3;
    const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(plan, kDetail));
    if (bytes == nullptr) continue;
    std::string detail{bytes};
    for (const EventsUse& use : translation.events) {
      const std::size_t at = detail.find(" " + use.table + " ");
      if (at != text::npos) detail = events_text(use, detail);
    }
    const SqlValue value = "SQLite: " + detail;
    const bool ours = detail.starts_with("events: ");
    const SqlValue row = ours ? SqlValue{detail} : value;
    if (!reader.row({&row, 1})) break;
  }
  return std::nullopt;
}

}  // namespace trailkeeper::query::sql
