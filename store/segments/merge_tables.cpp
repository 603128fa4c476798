#include "store/segments/merge_tables.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <numeric>
#include <random>
#include <string>
#include <utility>

#include "store/error.h"
#include "store/segments/segment_encoder.h"
#include "store/segments/shape_table.h"

namespace trailkeeper::store {
namespace {

// Pages of this many rows of tables may stay in memory.
constexpr std::uint64_t kRowsKept = std::uint64_t{1} << 17;
// Tables with so many leaves may be open at once.
constexpr std::size_t kSlotsKept = std::size_t{1} << 17;

// What two tables have in common if they can be one: a hash, since there may be many. With a secret seed, equal hashes
// mean equal bytes.
using Identity = std::pair<std::uint64_t, std::uint64_t>;
Identity identity_of(const Table& table, std::uint64_t seed) {
  std::string identity = table.skeleton;
  for (const TableSlot& slot : table.slots) {
    identity.push_back(static_cast<char>(slot.kind));
    identity.push_back(static_cast<char>(slot.column));
  }
  const XXH128_hash_t hash = XXH3_128bits_withSeed(identity.data(), identity.size(), seed);
  return {hash.low64, hash.high64};
}

// Which of the united tables have columns for their leaves, and what these need.
class TableChoice {
 public:
  TableChoice(const std::vector<MergeInput>& inputs, const MergedTables& tables, const MergedPaths& paths)
      : inputs_(inputs), tables_(tables), paths_(paths), wanted_(paths.names.size()), chosen_(tables.members.size()) {
    for (std::size_t column = 0; column < kColumnCount; ++column) wanted_.at(column) = true;
  }

  // The tables with the most events first.
  void run() {
    std::vector<std::uint32_t> order(tables_.members.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return tables_.rows[a] > tables_.rows[b]; });
    for (const std::uint32_t number : order) {
      const Origin first = tables_.members[number].front();
      const Segment& segment = *inputs_[first.input].segment;
      const Table& table = segment.table(first.index);
      if (table.skeleton != kWholeRecord) take(number, table, paths_.numbers[first.input]);
      if ((opened_ += table.slots.size()) < kSlotsKept) continue;
      for (const MergeInput& input : inputs_) input.segment->close();
      opened_ = 0;
    }
  }

  [[nodiscard]] const std::vector<bool>& wanted_paths() const { return wanted_; }
  [[nodiscard]] bool chosen(std::uint32_t table) const { return chosen_[table]; }

 private:
  void take(std::uint32_t number, const Table& table, const std::vector<std::uint32_t>& paths) {
    std::size_t bytes = bytes_ + plan_bytes_of_table(table.skeleton.size(), table.slots.size());
    std::vector<std::uint32_t> added;
    for (const TableSlot& slot : table.slots) {
      if (slot.kind < SlotKind::text) continue;
      const std::uint32_t path = paths.at(slot.path);
      if (wanted_[path]) continue;
      wanted_[path] = true;
      added.push_back(path);
      bytes += plan_bytes_of_path(paths_.names[path].size());
    }
    if (bytes <= kMostPlanBytes) {
      chosen_[number] = true;
      bytes_ = bytes;
      return;
    }
    for (const std::uint32_t path : added) wanted_[path] = false;
  }

  const std::vector<MergeInput>& inputs_;
  const MergedTables& tables_;
  const MergedPaths& paths_;
  std::vector<bool> wanted_;
  std::vector<bool> chosen_;
  std::size_t bytes_ = 0;
  std::size_t opened_ = 0;
};

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

// Row n has string n of its dictionary, the last.
void write_whole_table(const MergedTables& tables, std::uint32_t path, ChunkedBlobs& blobs) {
  std::vector<std::uint64_t> codes(tables.whole_rows);
  std::iota(codes.begin(), codes.end(), std::uint64_t{0});
  TableEncoder encoder{blobs.begin_blob()};
  encoder.begin(tables.whole_rows, 1);
  encoder.add_text(path, codes);
  encoder.finish();
}

// Leaves out the tables that have no room.
void keep_some_whole(const std::vector<MergeInput>& inputs, MergedTables& tables, MergedPaths& paths) {
  TableChoice choice{inputs, tables, paths};
  choice.run();
  const auto before = static_cast<std::uint32_t>(tables.members.size());
  std::vector<std::uint32_t> numbers(before);
  std::uint32_t whole = std::accumulate(tables.rows.begin(), tables.rows.end(), 0U);
  std::uint32_t kept = 0;
  for (std::uint32_t table = 0; table < before; ++table) {
    if (!choice.chosen(table)) continue;
    if (kept != table) tables.members[kept] = std::move(tables.members[table]);
    whole -= tables.rows[table];
    tables.rows[kept] = tables.rows[table];
    numbers[table] = kept++;
  }
  for (std::uint32_t table = 0; table < before; ++table) {
    if (!choice.chosen(table)) numbers[table] = kept;
  }
  tables.whole_rows = whole;
  tables.members.resize(kept);
  tables.rows.resize(kept);
  for (std::vector<MergedTables::Place>& places : tables.places) {
    for (MergedTables::Place& place : places) place.table = numbers.at(place.table);
  }
  paths.keep(choice.wanted_paths());
}

}  // namespace

MergedTables unite_tables(const std::vector<MergeInput>& inputs, const KeptRows& rows, MergedPaths& paths) {
  MergedTables tables;
  boost::unordered_flat_map<Identity, std::uint32_t> numbers;
  std::random_device device;
  const std::uint64_t seed = static_cast<std::uint64_t>(device()) << 32 | device();
  std::size_t bytes = 0;
  bool any_whole = false;
  for (std::uint32_t input = 0; input < inputs.size(); ++input) {
    const Segment& segment = *inputs[input].segment;
    std::vector<MergedTables::Place>& places = tables.places.emplace_back();
    for (std::uint32_t number = 0; number < segment.table_count(); ++number) {
      MergedTables::Place& place = places.emplace_back();
      if (rows.count(input, number) == 0) continue;
      const Table& table = segment.table(number);
      const auto [entry, added] =
          numbers.try_emplace(identity_of(table, seed), static_cast<std::uint32_t>(tables.members.size()));
      if (added) {
        tables.members.emplace_back();
        tables.rows.push_back(0);
        bytes += plan_bytes_of_table(table.skeleton.size(), table.slots.size());
        any_whole = any_whole || table.skeleton == kWholeRecord;
      }
      place = {entry->second, tables.rows[entry->second]};
      tables.members[entry->second].push_back({input, number});
      tables.rows[entry->second] += rows.count(input, number);
    }
    segment.close();
  }
  for (const std::string& path : paths.names) bytes += plan_bytes_of_path(path.size());
  if (any_whole || bytes > kMostPlanBytes) keep_some_whole(inputs, tables, paths);
  return tables;
}

void each_whole_event(const std::vector<MergeInput>& inputs, const std::vector<Origin>& origins,
                      std::uint64_t hash_seed, MergedTables& tables, const std::function<void(std::string_view)>& add) {
  constexpr std::size_t kCloseEvery = std::size_t{1} << 20;
  std::string event;
  std::size_t since = 0;
  for (const Origin& origin : origins) {
    const Segment& segment = *inputs[origin.input].segment;
    if (!tables.is_whole(tables.places[origin.input].at(segment.table_of(origin.index)))) continue;
    event.clear();
    segment.append_event(origin.index, hash_seed, event);
    tables.whole_bytes += event.size();
    add(event);
    if ((since += event.size()) < kCloseEvery) continue;
    for (const MergeInput& input : inputs) input.segment->close();
    since = 0;
  }
}

void write_rows(const std::vector<MergeInput>& inputs, const std::vector<Origin>& origins, const KeptRows& rows,
                const MergedTables& tables, SegmentParts& parts) {
  std::vector<std::uint32_t> table_numbers;
  std::vector<std::uint32_t> row_numbers;
  table_numbers.reserve(origins.size());
  row_numbers.reserve(origins.size());
  std::uint32_t whole_row = 0;
  for (const Origin& origin : origins) {
    const Segment& segment = *inputs[origin.input].segment;
    const std::uint32_t table = segment.table_of(origin.index);
    if (table >= tables.places[origin.input].size()) throw_corrupt("an event's table does not exist");
    const MergedTables::Place place = tables.places[origin.input][table];
    table_numbers.push_back(place.table);
    if (tables.is_whole(place)) {
      row_numbers.push_back(whole_row++);
      continue;
    }
    row_numbers.push_back(place.first_row + rows.place(origin.input, table, segment.row_of(origin.index)));
  }
  encode_rows(table_numbers, row_numbers, parts);
}

void write_tables(const std::vector<MergeInput>& inputs, const MergedPaths& paths, const MergedCodes& codes,
                  const KeptRows& rows, const MergedTables& tables, SegmentParts& parts) {
  ChunkedBlobs blobs{parts, SectionId::tables};
  std::uint64_t rows_in_memory = 0;
  std::size_t slots_open = 0;
  const auto close_some = [&](const Origin& member) {
    const Segment& segment = *inputs[member.input].segment;
    slots_open += segment.table(member.index).slots.size();
    if (slots_open < kSlotsKept) return;
    for (const MergeInput& input : inputs) input.segment->close();
    slots_open = 0;
  };
  for (std::size_t number = 0; number < tables.members.size(); ++number) {
    const TableMerge table{inputs, codes, rows, tables.members[number], tables.rows[number]};
    table.write(paths, blobs.begin_blob());
    rows_in_memory += tables.rows[number];
    if (rows_in_memory >= kRowsKept) {
      forget(inputs);
      rows_in_memory = 0;
    }
    for (const Origin& member : tables.members[number]) close_some(member);
  }
  if (tables.whole_rows > 0) write_whole_table(tables, static_cast<std::uint32_t>(paths.names.size()), blobs);
  blobs.finish(SectionId::table_index);
  const auto each_skeleton = [&](const auto& add) {
    for (const std::vector<Origin>& members : tables.members) {
      add(inputs[members.front().input].segment->table(members.front().index).skeleton);
      close_some(members.front());
    }
    if (tables.whole_rows > 0) add(kWholeRecord);
  };
  encode_strings(SectionId::skeletons, each_skeleton, parts);
  if (tables.whole_rows == 0) return;
  encode_whole_table({static_cast<std::uint32_t>(tables.members.size()), tables.whole_bytes}, parts);
}

}  // namespace trailkeeper::store
