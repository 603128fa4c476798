#include "query/leaves/leaf_text.h"

#include "event/guid.h"
#include "store/error.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

using store::SlotKind;

namespace {

void append_column_text(const store::Segment& segment, std::uint32_t column, std::uint32_t index, std::string& out) {
  const std::uint64_t code = segment.column_rows(column, index, index + 1)[index];
  if (code == 0) store::throw_corrupt("an event lacks a value that its skeleton has");
  segment.dictionary(column).append(static_cast<std::uint32_t>(code - 1), out);
}

}  // namespace

void append_leaf(const store::Segment& segment, const store::Table& table, std::uint32_t number, EventRow place,
                 std::string& out) {
  const store::TableSlot& slot = table.slots[number];
  switch (slot.kind) {
    case SlotKind::column: append_column_text(segment, slot.column, place.index, out); return;
    case SlotKind::event_key: event::append_guid(segment.key(place.index).data(), out); return;
    case SlotKind::event_time:
      text::append_plain_seconds(static_cast<std::uint32_t>(segment.time(place.index) / text::kSecond), out);
      return;
    case SlotKind::text:
      segment.dictionary(slot.path).append(static_cast<std::uint32_t>(slot.values[place.row]), out);
      return;
    case SlotKind::guid:
      event::append_guid(reinterpret_cast<const std::uint8_t*>(slot.guids) + sizeof(event::Guid) * place.row, out);
      return;
    case SlotKind::seconds: text::append_plain_seconds(static_cast<std::uint32_t>(slot.values[place.row]), out); return;
    case SlotKind::integer: out += std::to_string(slot.values[place.row]); return;
  }
}

void append_value(const store::Segment& segment, const store::Table& table, const ValuePlan& plan, EventRow place,
                  std::string& out) {
  for (std::size_t i = 0; i < plan.slots.size(); ++i) {
    out += plan.fixed[i];
    append_leaf(segment, table, plan.slots[i], place, out);
  }
  out += plan.fixed.back();
}

}  // namespace trailkeeper::query
