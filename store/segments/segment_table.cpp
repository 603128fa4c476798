#include "store/segments/segment_table.h"

#include <utility>

#include "event/guid.h"
#include "event/shape.h"
#include "store/byte_codec.h"
#include "store/error.h"

namespace trailkeeper::store {

std::unique_ptr<Table> read_table(std::string skeleton, std::string_view bytes) {
  auto table = std::make_unique<Table>();
  table->skeleton = std::move(skeleton);
  for (std::size_t i = 0; i < table->skeleton.size(); ++i) {
    if (event::is_leaf_mark(table->skeleton[i])) table->marks.push_back(static_cast<std::uint32_t>(i));
  }
  ByteReader reader{bytes};
  ByteReader head{reader.string()};
  const std::string_view data = reader.string();
  static_cast<void>(reader.bytes(kPackPadding));
  table->rows = static_cast<std::uint32_t>(head.varint());
  if (head.varint() != table->marks.size()) throw_corrupt("a table does not fit its skeleton");
  std::size_t at = 0;
  for (std::size_t i = 0; i < table->marks.size(); ++i) {
    TableSlot slot{};
    slot.kind = static_cast<SlotKind>(head.bytes(1).front());
    std::size_t length = 0;
    switch (slot.kind) {
      case SlotKind::column:
        slot.column = static_cast<std::uint32_t>(head.varint());
        if (slot.column >= kColumnCount) throw_corrupt("a table names a column that does not exist");
        break;
      case SlotKind::event_key:
      case SlotKind::event_time: break;
      case SlotKind::guid:
        slot.path = static_cast<std::uint32_t>(head.varint());
        length = table->rows * sizeof(event::Guid);
        break;
      case SlotKind::text:
      case SlotKind::seconds:
      case SlotKind::integer: {
        slot.path = static_cast<std::uint32_t>(head.varint());
        const std::uint64_t base = head.varint();
        const auto width = static_cast<unsigned>(head.varint());
        if (width > 64) throw_corrupt("a table's column is too wide");
        length = packed_bytes(table->rows, width);
        if (length <= data.size() - at) slot.values = PackedView{data.data() + at, width, base, table->rows};
        break;
      }
      default: throw_corrupt("a table has a slot of an unknown kind");
    }
    if (length > data.size() - at) throw_corrupt("a table is cut short");
    if (slot.kind == SlotKind::guid) slot.guids = data.data() + at;
    at += length;
    table->slots.push_back(slot);
  }
  return table;
}

}  // namespace trailkeeper::store
