#include "query/sql/leaf_column.h"

#include "query/json_path.h"
#include "store/error.h"

namespace trailkeeper::query::sql {

std::optional<std::string_view> LeafColumn::text(std::uint32_t index) {
  const store::Segment& segment = path_.segment();
  const std::uint32_t number = segment.table_of(index);
  if (path_.is_marked(index) || path_.is_whole(number)) return shown_text(index);
  const LeafTable& table = path_.table(number);
  if (table.values.empty()) return std::nullopt;
  const EventRow place{index, segment.row_of(index)};
  const LeafValue& value = table.values.front();
  text_.clear();
  if (path_.gives_list()) {
    path_.append_list(table, place, text_);
  } else if (value.road == LeafRoad::code) {
    const std::uint32_t code = path_.code_of(table, value, place);
    if (code >= segment.dictionary(value.dictionary).size()) store::throw_corrupt("a code lies outside its dictionary");
    const std::string_view text = path_.text_of_code(value, code, text_);
    return path_.may_hide(text) ? shown_text(index) : std::optional{text};
  } else {
    path_.append_text(table, value, place, text_);
  }
  if (path_.may_hide(text_)) return shown_text(index);
  return std::string_view{text_};
}

std::optional<std::string_view> LeafColumn::shown_text(std::uint32_t index) {
  std::string json;
  path_.visit_shown(index, [&](std::string_view value) {
    if (path_.gives_list()) json += json.empty() ? '[' : ',';
    json += value;
  });
  if (json.empty() || json == "null") return std::nullopt;
  if (path_.gives_list()) json += ']';
  text_ = display_text(json);
  return std::string_view{text_};
}

}  // namespace trailkeeper::query::sql
