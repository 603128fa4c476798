#include "store/segments/merge_tables.h"

#include <map>
#include <string>

#include "store/error.h"
#include "store/segments/segment_encoder.h"
#include "store/segments/shape_table.h"

namespace trailkeeper::store {
namespace {

// Pages of this many rows of tables may stay in memory.
constexpr std::uint64_t kRowsKept = std::uint64_t{1} << 17;

// What two tables have in common if they can be one.
std::string identity_of(const Table& table) {
  std::string identity = table.skeleton;
  for (const TableSlot& slot : table.slots) {
    identity.push_back(static_cast<char>(slot.kind));
    identity.push_back(static_cast<char>(slot.column));
  }
  return identity;
}

/// Writes one table.
class TableMerge {
 public:
  TableMerge(const std::vector<MergeInput>& inputs, const MergedCodes& codes, const KeptRows& rows,
             const std::vector<Origin>& members, std::uint32_t count)
      : inputs_(inputs), codes_(codes), rows_(rows), members_(members), count_(count) {}

  void write(const MergedPaths& paths, std::string& out) const {
    const Table& first = table_of(members_.front());
    TableEncoder encoder{out};
    encoder.begin(count_, first.slots.size());
    for (std::size_t i = 0; i < first.slots.size(); ++i) {
      const std::uint32_t path = paths.numbers[members_.front().input].at(first.slots[i].path);
      switch (first.slots[i].kind) {
        case SlotKind::column: encoder.add_column(first.slots[i].column); break;
        case SlotKind::event_key: encoder.add_event_key(); break;
        case SlotKind::event_time: encoder.add_event_time(); break;
        case SlotKind::text: encoder.add_text(path, codes_of(i)); break;
        case SlotKind::seconds: encoder.add_seconds(path, values_of(i)); break;
        case SlotKind::integer: encoder.add_integers(path, values_of(i)); break;
        case SlotKind::guid: encoder.add_guids(path, guids_of(i)); break;
      }
    }
    encoder.finish();
  }

 private:
  [[nodiscard]] const Table& table_of(const Origin& member) const {
    return inputs_[member.input].segment->table(member.index);
  }

  // Calls `visit(member, slot, row)` for each row that stays.
  template <typename Visit>
  void for_each_row(std::size_t slot, const Visit& visit) const {
    for (const Origin& member : members_) {
      const TableSlot& of_member = table_of(member).slots[slot];
      rows_.for_each(member.input, member.index, [&](std::uint32_t row) { visit(member, of_member, row); });
    }
  }

  [[nodiscard]] std::vector<std::uint64_t> codes_of(std::size_t slot) const {
    std::vector<std::uint64_t> codes;
    codes.reserve(count_);
    for_each_row(slot, [&](const Origin& member, const TableSlot& of_member, std::uint32_t row) {
      codes.push_back(codes_.of(member.input, of_member.path, of_member.values[row]));
    });
    return codes;
  }
  [[nodiscard]] std::vector<std::uint64_t> values_of(std::size_t slot) const {
    std::vector<std::uint64_t> values;
    values.reserve(count_);
    for_each_row(slot, [&](const Origin&, const TableSlot& of_member, std::uint32_t row) {
      values.push_back(of_member.values[row]);
    });
    return values;
  }
  [[nodiscard]] std::string guids_of(std::size_t slot) const {
    std::string bytes;
    bytes.reserve(sizeof(EventKey) * count_);
    for_each_row(slot, [&](const Origin&, const TableSlot& of_member, std::uint32_t row) {
      bytes.append(of_member.guids + sizeof(EventKey) * row, sizeof(EventKey));
    });
    return bytes;
  }

  const std::vector<MergeInput>& inputs_;
  const MergedCodes& codes_;
  const KeptRows& rows_;
  const std::vector<Origin>& members_;
  std::uint32_t count_;  // Of rows that stay.
};

}  // namespace

MergedTables unite_tables(const std::vector<MergeInput>& inputs, const KeptRows& rows) {
  MergedTables tables;
  std::map<std::string, std::uint32_t> numbers;
  for (std::uint32_t input = 0; input < inputs.size(); ++input) {
    std::vector<MergedTables::Place>& places = tables.places.emplace_back();
    for (std::uint32_t table = 0; table < inputs[input].segment->table_count(); ++table) {
      MergedTables::Place& place = places.emplace_back();
      if (rows.count(input, table) == 0) continue;
      const auto [entry, added] = numbers.try_emplace(identity_of(inputs[input].segment->table(table)),
                                                      static_cast<std::uint32_t>(tables.members.size()));
      if (added) {
        tables.members.emplace_back();
        tables.rows.push_back(0);
      }
      place = {entry->second, tables.rows[entry->second]};
      tables.members[entry->second].push_back({input, table});
      tables.rows[entry->second] += rows.count(input, table);
    }
  }
  return tables;
}

void write_rows(const std::vector<MergeInput>& inputs, const std::vector<Origin>& origins, const KeptRows& rows,
                const MergedTables& tables, SegmentParts& parts) {
  std::vector<std::uint32_t> table_numbers;
  std::vector<std::uint32_t> row_numbers;
  table_numbers.reserve(origins.size());
  row_numbers.reserve(origins.size());
  for (const Origin& origin : origins) {
    const Segment& segment = *inputs[origin.input].segment;
    const std::uint32_t table = segment.table_of(origin.index);
    if (table >= tables.places[origin.input].size()) throw_corrupt("an event's table does not exist");
    const MergedTables::Place place = tables.places[origin.input][table];
    table_numbers.push_back(place.table);
    row_numbers.push_back(place.first_row + rows.place(origin.input, table, segment.row_of(origin.index)));
  }
  encode_rows(table_numbers, row_numbers, parts);
}

void write_tables(const std::vector<MergeInput>& inputs, const MergedPaths& paths, const MergedCodes& codes,
                  const KeptRows& rows, const MergedTables& tables, SegmentParts& parts) {
  ChunkedBlobs blobs{parts, SectionId::tables};
  std::uint64_t in_memory = 0;
  for (std::size_t number = 0; number < tables.members.size(); ++number) {
    const TableMerge table{inputs, codes, rows, tables.members[number], tables.rows[number]};
    table.write(paths, blobs.begin_blob());
    in_memory += tables.rows[number];
    if (in_memory >= kRowsKept) {
      forget(inputs);
      in_memory = 0;
    }
  }
  blobs.finish(SectionId::table_index);
  const auto each_skeleton = [&](const auto& add) {
    for (const std::vector<Origin>& members : tables.members) {
      add(inputs[members.front().input].segment->table(members.front().index).skeleton);
    }
  };
  encode_strings(SectionId::skeletons, each_skeleton, parts);
}

}  // namespace trailkeeper::store
