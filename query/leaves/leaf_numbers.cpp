#include "query/leaves/leaf_numbers.h"

#include <algorithm>

#include "query/json_path.h"
#include "store/error.h"
#include "store/read_limit.h"
#include "store/segments/bit_pack.h"

namespace trailkeeper::query {

LeafNumbers::LeafNumbers(const store::Segment& segment, std::string path, std::shared_ptr<const ShownEvents> shown,
                         MemoryBudget::Charge memory)
    : path_(segment, std::move(path), std::move(shown)), memory_(std::move(memory)), tables_(segment.table_count()) {
  std::uint64_t met_later = path_.marked();
  for (std::uint32_t number = 0; number < tables_.size(); ++number) open_table(number, met_later);
  first_met_ = next_;
  bits_ = store::bits_for(first_met_ + met_later);
}

// Counts into `met_later` the events whose values have no number yet.
void LeafNumbers::open_table(std::uint32_t number, std::uint64_t& met_later) {
  if (path_.is_whole(number)) {
    met_later += path_.segment().table(number).rows;
    return;
  }
  NumberedTable& numbered = tables_[number];
  numbered.table = &path_.table(number);
  const std::vector<LeafValue>& values = numbered.table->values;
  if (values.empty()) return;
  const std::uint64_t rows = numbered.table->table->rows;
  numbered.list = path_.gives_list();
  const LeafValue& value = values.front();
  if (numbered.list || (value.road != LeafRoad::code && value.road != LeafRoad::literal)) {
    met_later += rows;
  } else if (value.road == LeafRoad::literal) {
    // An object's keys may be hidden, too.
    const bool hidden = path_.may_hide(value.literal);
    if (!hidden) numbered.literal = place_of_text(value.literal) + 1;
    met_later += hidden ? rows : 1;
  } else {
    numbered.dictionary = &dictionary_of(value);
    if (!numbered.dictionary->hidden.empty()) met_later += rows;
  }
}

const LeafNumbers::Dictionary& LeafNumbers::dictionary_of(const LeafValue& value) {
  const auto [place, added] = dictionaries_.try_emplace({value.dictionary, value.escaped});
  Dictionary& dictionary = place->second;
  if (!added) return dictionary;
  dictionary.value = value;
  dictionary.first = next_;
  dictionary.size = path_.segment().dictionary(value.dictionary).size();
  next_ += dictionary.size;
  by_first_.push_back(&dictionary);
  if (!path_.hides_any()) return dictionary;
  std::string scratch;
  for (std::uint32_t code = 0; code < dictionary.size; ++code) {
    constexpr std::uint32_t kSome = 1024;
    if (code % kSome == 0) store::check_read_limit();
    if (!path_.may_hide(path_.text_of_code(value, code, scratch))) continue;
    dictionary.hidden.resize(dictionary.size);
    dictionary.hidden[code] = 1;
  }
  return dictionary;
}

void LeafNumbers::add_numbers(std::span<const std::uint32_t> events, unsigned shift, std::span<std::uint64_t> numbers) {
  if (events.empty()) return;
  const std::uint32_t end = events.back() + 1;
  const store::PackedView& tables = path_.segment().tables_of(events.front(), end);
  const store::PackedView& rows = path_.segment().rows_of(events.front(), end);
  for (std::size_t i = 0; i < events.size(); ++i) {
    numbers[i] |= number_of(events[i], tables[events[i]], rows[events[i]]) << shift;
  }
}

std::uint64_t LeafNumbers::number_of(std::uint32_t index, std::uint64_t number, std::uint64_t row) {
  if (number >= tables_.size()) store::throw_corrupt("a table does not exist");
  const NumberedTable& numbered = tables_[number];
  if (path_.all_marked() || path_.is_whole(number)) return shown_number(index);
  if (numbered.table->values.empty()) return 0;
  if (path_.is_marked(index)) return shown_number(index);
  if (numbered.literal != 0) return first_met_ + numbered.literal - 1;
  if (row >= numbered.table->table->rows) store::throw_corrupt("an event's row is out of range");
  const EventRow place{index, static_cast<std::uint32_t>(row)};
  if (const Dictionary* const dictionary = numbered.dictionary) {
    const std::uint32_t code = path_.code_of(*numbered.table, numbered.table->values.front(), place);
    if (code >= dictionary->size) store::throw_corrupt("a code lies outside its dictionary");
    if (!dictionary->hidden.empty() && dictionary->hidden[code] != 0) return shown_number(index);
    return dictionary->first + code;
  }
  text_.clear();
  if (numbered.list) {
    path_.append_list(*numbered.table, place, text_);
  } else {
    path_.append_text(*numbered.table, numbered.table->values.front(), place, text_);
  }
  return path_.may_hide(text_) ? shown_number(index) : first_met_ + place_of_text(text_);
}

// As event_value() reads it (query/field_catalogue.h).
std::uint64_t LeafNumbers::shown_number(std::uint32_t index) {
  std::string json;
  path_.visit_shown(index, [&](std::string_view value) {
    if (path_.gives_list()) json += json.empty() ? '[' : ',';
    json += value;
  });
  if (json.empty() || json == "null") return 0;
  if (path_.gives_list()) json += ']';
  return first_met_ + place_of_text(display_text(json));
}

// The text's place among those that were met.
std::uint64_t LeafNumbers::place_of_text(std::string_view text) {
  if (last_place_ && text == last_text_) return *last_place_;
  last_text_ = text;
  const auto known = met_.find(last_text_);
  if (known != met_.end()) return *(last_place_ = known->second);
  // A node of the map, its place among the buckets, and one in the list.
  constexpr std::size_t kNode = 96;
  memory_.add(kNode + text.size());
  const auto added = met_.emplace(last_text_, met_texts_.size()).first;
  met_texts_.push_back(&added->first);
  return *(last_place_ = added->second);
}

std::optional<std::string_view> LeafNumbers::text(std::uint64_t number, std::string& scratch) {
  if (number == 0) return std::nullopt;
  if (number >= first_met_) return std::string_view{*met_texts_.at(static_cast<std::size_t>(number - first_met_))};
  const auto behind = std::upper_bound(by_first_.begin(), by_first_.end(), number,
                                       [](std::uint64_t one, const Dictionary* other) { return one < other->first; });
  const Dictionary& dictionary = **(behind - 1);
  return path_.text_of_code(dictionary.value, static_cast<std::uint32_t>(number - dictionary.first), scratch);
}

}  // namespace trailkeeper::query
