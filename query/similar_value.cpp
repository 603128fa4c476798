#include "query/similar_value.h"

#include "query/field_catalogue.h"
#include "query/shown_event.h"
#include "store/read_limit.h"
#include "text/ascii.h"

namespace trailkeeper::query {
namespace {

/// What is known of one value.
struct Search {
  const std::string& given;
  std::optional<std::string> meant;
  bool is_there = false;
};

void search_column(const store::Segment& segment, std::size_t column, const ShownEvents& shown, Search& search) {
  const store::StringList& strings = segment.dictionary(column);
  std::string stored;
  std::string masked;
  for (std::uint32_t code = 0; code < strings.size() && !search.is_there; ++code) {
    constexpr std::uint32_t kSome = 4096;
    if (code % kSome == 0) store::check_read_limit();
    const std::string_view text = strings.get(code, stored);
    if (!text::same_ignoring_case(text, search.given)) continue;
    const std::string_view value = shown.column_text(column, text, masked);
    search.is_there = value == search.given;
    if (!search.meant && text::same_ignoring_case(value, search.given)) search.meant = value;
  }
}

}  // namespace

std::optional<SimilarValue> similar_value(const store::Snapshot& snapshot, const Filter& filter) {
  const ShownEvents shown{snapshot};
  for (const FieldFilter& field : filter.fields) {
    const DerivedField* const derived = field.negated ? nullptr : derived_field(filter_name(field.field));
    if (derived == nullptr) continue;
    for (const Pattern& pattern : field.any_of) {
      if (!pattern.is_plain()) continue;
      const std::string& given = pattern.plain_text();
      Search search{given, {}, false};
      for (const store::Segment& segment : snapshot.segments()) {
        for (const std::size_t column : derived->columns) search_column(segment, column, shown, search);
      }
      if (!search.is_there && search.meant) return SimilarValue{field.field, given, *search.meant};
    }
  }
  return std::nullopt;
}

}  // namespace trailkeeper::query
