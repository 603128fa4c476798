// Arrays: of documents, and the rows of a query.
#include <algorithm>
#include <vector>

#include "event/framer.h"
#include "event/guid.h"
#include "event/unwrap.h"
#include "event/unwrap_state.h"
#include "text/ascii.h"

namespace trailkeeper::event {

namespace {

// Whether a record has objects in it, as all have that come from CloudTrail.
bool has_levels(const Shape& shape) {
  return std::any_of(shape.slots.begin(), shape.slots.end(), [](const Slot& slot) {
    const std::size_t dot = slot.path.find('.');
    return dot != std::string::npos && dot > 0 && slot.path[dot - 1] != '\\';
  });
}

// Whether a cell of a row is no text that somebody may have written: no string, or a number, a time, an ID.
bool says_nothing(std::string_view cell) {
  cell = text::trimmed(cell);
  if (!cell.starts_with('"')) return true;
  const std::string_view text = cell.substr(1, cell.size() - std::min<std::size_t>(cell.size(), 2));
  return text.find_first_not_of("0123456789-+:.TZ ") == text::npos || parse_guid(text).has_value();
}

}  // namespace

// The documents of an array; each counts by itself.
void Unwrapper::take_elements(std::string_view array, const Place& place) {
  const std::string_view elements = array.substr(1);
  std::vector<Frame>& frames = levels_[static_cast<std::size_t>(place.level)].frames;
  Framer framer{true};
  // Handing on may change the frames of deeper levels, never of this one.
  for_each_frame(framer, elements, frames, [&](const Frame& frame) {
    const std::string_view element = elements.substr(frame.begin, frame.end - frame.begin);
    const std::size_t offset = place.offset + 1 + frame.begin;
    if (frame.reason != Reason::none) {
      reject(element, offset, frame.reason);
    } else {
      take(element, {offset, place.level + 1});
    }
  });
}

// Whether a value is a record of which only fields were exported: what is in Splunk's results may be.
bool Unwrapper::has_fields_only(std::string_view json) {
  Record record;
  if (!json.starts_with('{') || parse(json, record) != Reason::none) return false;
  return record.shape->kind == ShapeKind::event && !has_levels(*record.shape);
}

// Whether a value has a record's levels side by side.
bool Unwrapper::is_flattened(std::string_view json) {
  Record record;
  if (!json.starts_with('{')) return false;
  const Reason reason = parse(json, record);
  return (reason == Reason::none ? record.shape->reason : reason) == Reason::flattened_row;
}

// Whether a value is an object that has fields of a record, as CloudTrail Lake writes a row's columns.
bool Unwrapper::is_column(std::string_view json) {
  Record record;
  if (!json.starts_with('{') || parse(json, record) == Reason::none || record.shape == nullptr) return false;
  const auto& slots = record.shape->slot_of_field;
  return std::any_of(slots.begin(), slots.end(), [](std::int32_t slot) { return slot >= 0; });
}

// An array inside an array is a query's row: its other columns are no records, and no loss. Where they say something,
// the row is a log's, and what stands in it may be a stranger's: as in an object, text beside other text is no record.
void Unwrapper::take_row(std::string_view array, const Place& place) {
  const std::string_view elements = array.substr(1);
  std::vector<Frame>& frames = levels_[static_cast<std::size_t>(place.level)].frames;
  const std::size_t before = events_ + rejects_;
  bool columns = false;
  bool of_log = false;
  std::vector<Frame> records;
  std::size_t column = 0;
  Framer framer{true};
  for_each_frame(framer, elements, frames, [&](const Frame& frame) {
    const std::string_view element = elements.substr(frame.begin, frame.end - frame.begin);
    const bool sound = frame.reason == Reason::none;
    columns = columns || (sound && is_column(element));
    const bool sent = column < sent_columns_.size() && sent_columns_[column];
    ++column;
    if (sound && !sent && holds_record(element, place.level)) {
      records.push_back(frame);
    } else {
      of_log = of_log || !says_nothing(element);
    }
  });
  if (of_log) records.clear();
  for (const Frame& frame : records) {
    take(elements.substr(frame.begin, frame.end - frame.begin), {place.offset + 1 + frame.begin, place.level + 1});
  }
  if (events_ + rejects_ == before)
    reject(array, place.offset, columns ? Reason::flattened_row : Reason::not_an_object);
}

}  // namespace trailkeeper::event
