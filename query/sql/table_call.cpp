#include "query/sql/table_call.h"

#include "query/sql/run.h"
#include "query/sql/sql_time.h"

namespace trailkeeper::query::sql {

void count_scanned(const TableSource& source, const Filter& filter) {
  for (const store::Segment& segment : source.snapshot->segments()) {
    const store::SegmentHeader& header = segment.header();
    if (filter.since && header.max_time < *filter.since) continue;
    if (filter.until && header.min_time >= *filter.until) continue;
    source.figures->events_scanned += header.events;
    source.figures->bytes_scanned += header.raw_bytes;
  }
}

void give_shown(sqlite3_context* context, std::string_view text, const Type& type) {
  const auto give = [&](std::string_view given) {
    sqlite3_result_text64(context, given.data() == nullptr ? "" : given.data(), given.size(), SQLITE_TRANSIENT,
                          SQLITE_UTF8);
  };
  switch (type.kind) {
    case Kind::boolean:
      if (text == "true" || text == "false") sqlite3_result_int(context, text == "true" ? 1 : 0);
      return;
    case Kind::timestamp:
      if (const auto time = parse_sql_time(text)) give(timestamp_text(*time));
      return;
    case Kind::bigint: return sqlite3_result_int64(context, std::strtoll(std::string{text}.c_str(), nullptr, 10));
    case Kind::real: return sqlite3_result_double(context, std::strtod(std::string{text}.c_str(), nullptr));
    case Kind::array:
      if (text.starts_with('[')) give(text);
      return;
    case Kind::map:
    case Kind::row:
      if (text.starts_with('{')) give(text);
      return;
    default: give(text);
  }
}

}  // namespace trailkeeper::query::sql
