#include "query/sql/event_store_name.h"

#include <re2/re2.h>

#include <string>

#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

// Words of the samples: EDS_ID, EDS ID, event_data_store_id, EventDataStoreId, event-data-store, eds-id, …
const RE2& event_store_regex() {
  static const RE2 kRegex{
      "(?i)^(?:"
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
      "|arn:aws[a-z-]*:cloudtrail:[a-z0-9-]*:[0-9]*:eventdatastore/[0-9a-z-]+"
      "|\\$\\{?(?:your[ _-]?)?(?:eds|event[ _-]?data[ _-]?store)(?:[ _-]?(?:id|arn|name))?\\}?"
      "|<[ ]?(?:your[ _-]?)?(?:eds|event[ _-]?data[ _-]?store)(?:[ _-]?(?:id|arn|name))?[ ]?>"
      ")"};
  return kRegex;
}

}  // namespace

std::size_t event_store_name_length(std::string_view sql) {
  constexpr std::size_t kLongest = 200;
  const re2::StringPiece text{sql.data(), std::min(sql.size(), kLongest)};
  re2::StringPiece found;
  if (!event_store_regex().Match(text, 0, text.size(), RE2::UNANCHORED, &found, 1)) return 0;
  return found.size();
}

bool names_event_store(std::string_view text) { return !text.empty() && event_store_name_length(text) == text.size(); }

}  // namespace trailkeeper::query::sql
