#include "store/segments/merge.h"

#include <algorithm>
#include <map>
#include <string>

#include "store/error.h"
#include "store/segments/event_order.h"
#include "store/segments/merge_order.h"
#include "store/segments/segment_encoder.h"
#include "store/segments/shape_table.h"
#include "store/segments/string_list.h"
#include "store/segments/string_table.h"

namespace trailkeeper::store {
namespace {

// Merging more would need more memory at once, and one rewrite is cheap only where it is rare.
constexpr std::uint64_t kMaxEvents = std::uint64_t{1} << 20;
constexpr std::uint64_t kMaxBytes = std::uint64_t{256} << 20;
// Small segments come by the hundred from senders that want every request acknowledged: many at once are merged, so
// that an event is rewritten seldom. Large ones are few, and merging many would take long.
constexpr std::uint64_t kSmallEvents = std::uint64_t{1} << 16;
constexpr std::size_t kFanInOfSmall = 16;
constexpr std::size_t kFanInOfLarge = 4;

// Pages of so many rows of tables may stay in memory.
constexpr std::uint64_t kRowsKept = std::uint64_t{1} << 17;

constexpr std::uint32_t kAbsent = ~std::uint32_t{0};

class Merge {
 public:
  Merge(const std::vector<MergeInput>& inputs, std::uint64_t hash_seed, SegmentParts& parts)
      : merged_(inputs), hash_seed_(hash_seed), parts_(parts) {
    for (const MergeInput& input : inputs) {
      inputs_.push_back(input.segment);
      keep_.push_back(input.keep);
    }
  }

  MergedSegment run() {
    order_events();
    unite_arrivals();
    forget_inputs();
    unite_paths();
    number_rows();
    mark_used_codes();
    write_dictionaries();
    forget_inputs();
    write_columns();
    forget_inputs();
    unite_tables();
    write_rows();
    forget_inputs();
    write_tables();
    parts_.finish(header_);
    return {std::move(header_), decoded_};
  }

 private:
  // Each step reads other sections: the pages of the last one's needn't stay.
  void forget_inputs() const {
    for (const Segment* input : inputs_) input->forget();
  }

  void order_events() {
    MergeOrder order = order_of_merge(merged_);
    const std::vector<std::uint32_t> by_key = order_by_key(order.keys);
    std::vector<std::uint64_t> hashes;
    hashes.reserve(order.origins.size());
    for (const Origin origin : order.origins) hashes.push_back(inputs_[origin.input]->hash(origin.index));
    encode_identity(order.times, order.keys, hashes, by_key, header_, parts_);
    encode_contents(contents_of_merge(merged_, order, by_key, hash_seed_), order.keys, parts_);
    encode_arrivals(arrivals_of_merge(merged_, order), parts_);
    decoded_ = order.decoded;
    origins_ = std::move(order.origins);
  }

  void unite_arrivals() {
    for (const Segment* input : inputs_) {
      const SegmentHeader& header = input->header();
      if (header.first_arrival == 0) continue;
      const bool first = header_.first_arrival == 0;
      header_.first_arrival = first ? header.first_arrival : std::min(header_.first_arrival, header.first_arrival);
      header_.last_arrival = std::max(header_.last_arrival, header.last_arrival);
    }
  }

  // The columns' paths keep their numbers: they are the first of every input, in the same order.
  void unite_paths() {
    std::map<std::string, std::uint32_t, std::less<>> numbers;
    paths_.resize(inputs_.size());
    for (std::size_t input = 0; input < inputs_.size(); ++input) {
      const std::uint32_t count = inputs_[input]->path_count();
      for (std::uint32_t path = 0; path < count; ++path) {
        const std::string name = inputs_[input]->path_name(path);
        const auto [entry, added] = numbers.try_emplace(name, static_cast<std::uint32_t>(path_names_.size()));
        if (added) path_names_.push_back(name);
        paths_[input].push_back(entry->second);
      }
    }
  }

  // new_row_[input][table] maps a row to its place among those that stay; empty where all stay.
  void number_rows() {
    new_row_.resize(inputs_.size());
    row_counts_of_.resize(inputs_.size());
    for (std::size_t input = 0; input < inputs_.size(); ++input) {
      const Segment& segment = *inputs_[input];
      new_row_[input].resize(segment.table_count());
      for (std::uint32_t table = 0; table < segment.table_count(); ++table) {
        row_counts_of_[input].push_back(segment.table(table).rows);
      }
      if (keep_[input].empty()) continue;
      for (std::uint32_t table = 0; table < segment.table_count(); ++table) {
        new_row_[input][table].assign(segment.table(table).rows, kAbsent);
      }
      for (std::uint32_t index = 0; index < segment.size(); ++index) {
        if (keep_[input][index] != 0) new_row_[input].at(segment.table_of(index)).at(segment.row_of(index)) = 0;
      }
      for (std::uint32_t table = 0; table < segment.table_count(); ++table) {
        std::uint32_t next = 0;
        for (std::uint32_t& row : new_row_[input][table]) {
          if (row != kAbsent) row = next++;
        }
        row_counts_of_[input][table] = next;
      }
    }
  }

  template <typename Visit>
  void for_each_row(std::size_t input, std::uint32_t table, Visit&& visit) const {
    const std::vector<std::uint32_t>& rows = new_row_[input][table];
    const std::uint32_t count = inputs_[input]->table(table).rows;
    for (std::uint32_t row = 0; row < count; ++row) {
      if (rows.empty() || rows[row] != kAbsent) visit(row);
    }
  }

  // used_[input][path] has a byte for each code; empty where all are used.
  void mark_used_codes() {
    used_.resize(inputs_.size());
    for (std::size_t input = 0; input < inputs_.size(); ++input) {
      if (keep_[input].empty()) continue;
      const Segment& segment = *inputs_[input];
      std::vector<std::vector<std::uint8_t>>& used = used_[input];
      for (std::uint32_t path = 0; path < segment.path_count(); ++path)
        used.emplace_back(segment.dictionary(path).size());
      for (std::size_t column = 0; column < kColumnCount; ++column) {
        const PackedView& codes = segment.column(column);
        for (std::uint32_t index = 0; index < segment.size(); ++index) {
          if (keep_[input][index] != 0 && codes[index] != 0) used[column].at(codes[index] - 1) = 1;
        }
      }
      for (std::uint32_t number = 0; number < segment.table_count(); ++number) {
        for (const TableSlot& slot : segment.table(number).slots) {
          if (slot.kind != SlotKind::text) continue;
          for_each_row(input, number, [&](std::uint32_t row) { used.at(slot.path).at(slot.values[row]) = 1; });
        }
      }
    }
  }

  [[nodiscard]] bool is_used(std::size_t input, std::uint32_t path, std::uint32_t code) const {
    return used_[input].empty() || used_[input][path][code] != 0;
  }

  // One dictionary at a time, so that only its strings are in memory; new_code_[input][path] stays.
  void write_dictionaries() {
    std::vector<std::vector<std::uint32_t>> local(inputs_.size());
    for (std::size_t input = 0; input < inputs_.size(); ++input) {
      local[input].assign(path_names_.size(), kAbsent);
      for (std::uint32_t path = 0; path < paths_[input].size(); ++path) local[input][paths_[input][path]] = path;
      new_code_.emplace_back(paths_[input].size());
    }
    ChunkedBlobs blobs{parts_, SectionId::strings};
    StringListWriter writer;
    std::string scratch;
    for (std::size_t path = 0; path < path_names_.size(); ++path) {
      StringTable united;
      for (std::size_t input = 0; input < inputs_.size(); ++input) {
        if (local[input][path] == kAbsent) continue;
        const StringList& strings = inputs_[input]->dictionary(local[input][path]);
        std::vector<std::uint32_t>& codes = new_code_[input][local[input][path]];
        codes.reserve(strings.size());
        for (std::uint32_t code = 0; code < strings.size(); ++code) {
          const bool used = is_used(input, local[input][path], code);
          codes.push_back(used ? united.code_of(strings.get(code, scratch)) : kAbsent);
        }
      }
      for (std::uint32_t code = 0; code < united.size(); ++code) writer.add(united[code]);
      writer.finish(blobs.begin_blob());
      code_counts_.push_back(united.size());
    }
    blobs.finish(SectionId::path_index);
    encode_strings(
        SectionId::path_names,
        [&](const auto& add) {
          for (const std::string& name : path_names_) add(name);
        },
        parts_);
  }

  void write_columns() {
    std::vector<const PackedView*> columns(inputs_.size());
    encode_columns(
        origins_.size(), std::span{code_counts_}.first(kColumnCount),
        [&](std::size_t column, std::span<std::uint32_t> codes) {
          forget_inputs();
          for (std::size_t input = 0; input < inputs_.size(); ++input) {
            columns[input] = &inputs_[input]->column(column);
          }
          for (std::size_t i = 0; i < origins_.size(); ++i) {
            const Origin origin = origins_[i];
            const std::uint64_t code = (*columns[origin.input])[origin.index];
            codes[i] = code == 0 ? 0 : new_code_of(origin.input, static_cast<std::uint32_t>(column), code - 1) + 1;
          }
        },
        parts_);
  }

  std::uint32_t new_code_of(std::size_t input, std::uint32_t path, std::uint64_t code) const {
    const std::vector<std::uint32_t>& codes = new_code_[input][path];
    if (code >= codes.size()) throw_corrupt("a code lies outside its dictionary");
    return codes[static_cast<std::size_t>(code)];
  }

  // Tables of one skeleton, kept in one way, become one; the rows of each input stay together.
  void unite_tables() {
    std::map<std::string, std::uint32_t> numbers;
    table_of_.resize(inputs_.size());
    first_row_.resize(inputs_.size());
    std::vector<std::uint32_t> rows;
    for (std::uint32_t input = 0; input < inputs_.size(); ++input) {
      for (std::uint32_t number = 0; number < inputs_[input]->table_count(); ++number) {
        if (row_counts_of_[input][number] == 0) {
          table_of_[input].push_back(kAbsent);
          first_row_[input].push_back(0);
          continue;
        }
        const Table& table = inputs_[input]->table(number);
        std::string identity = table.skeleton;
        for (const TableSlot& slot : table.slots) {
          identity.push_back(static_cast<char>(slot.kind));
          identity.push_back(static_cast<char>(slot.column));
        }
        const auto [entry, added] =
            numbers.try_emplace(std::move(identity), static_cast<std::uint32_t>(united_.size()));
        if (added) {
          united_.emplace_back();
          rows.push_back(0);
        }
        united_[entry->second].push_back({input, number});
        table_of_[input].push_back(entry->second);
        first_row_[input].push_back(rows[entry->second]);
        rows[entry->second] += row_counts_of_[input][number];
      }
    }
    row_counts_ = std::move(rows);
  }

  void write_rows() {
    std::vector<std::uint32_t> tables;
    std::vector<std::uint32_t> rows;
    tables.reserve(origins_.size());
    rows.reserve(origins_.size());
    for (const Origin origin : origins_) {
      const std::uint32_t table = inputs_[origin.input]->table_of(origin.index);
      if (table >= table_of_[origin.input].size()) throw_corrupt("an event's table does not exist");
      tables.push_back(table_of_[origin.input][table]);
      const std::uint32_t row = inputs_[origin.input]->row_of(origin.index);
      const std::vector<std::uint32_t>& new_rows = new_row_[origin.input][table];
      rows.push_back(first_row_[origin.input][table] + (new_rows.empty() ? row : new_rows[row]));
    }
    encode_rows(tables, rows, parts_);
  }

  void write_tables() {
    ChunkedBlobs blobs{parts_, SectionId::tables};
    std::uint64_t rows = 0;
    for (std::size_t number = 0; number < united_.size(); ++number) {
      write_table(number, blobs.begin_blob());
      rows += row_counts_[number];
      if (rows >= kRowsKept) {
        forget_inputs();
        rows = 0;
      }
    }
    blobs.finish(SectionId::table_index);
    encode_strings(
        SectionId::skeletons,
        [&](const auto& add) {
          for (const auto& members : united_)
            add(inputs_[members.front().input]->table(members.front().index).skeleton);
        },
        parts_);
  }

  void write_table(std::size_t number, std::string& out) {
    const std::vector<Origin>& members = united_[number];
    const Table& first = inputs_[members.front().input]->table(members.front().index);
    TableEncoder encoder{out};
    encoder.begin(row_counts_[number], first.slots.size());
    std::vector<std::uint64_t> values;
    for (std::size_t i = 0; i < first.slots.size(); ++i) {
      values.clear();
      const std::uint32_t path = paths_[members.front().input].at(first.slots[i].path);
      switch (first.slots[i].kind) {
        case SlotKind::column: encoder.add_column(first.slots[i].column); break;
        case SlotKind::event_key: encoder.add_event_key(); break;
        case SlotKind::event_time: encoder.add_event_time(); break;
        case SlotKind::text:
          for (const Origin member : members) {
            const Table& table = inputs_[member.input]->table(member.index);
            const TableSlot& slot = table.slots[i];
            if (slot.path >= new_code_[member.input].size())
              throw_corrupt("a table names a dictionary that does not exist");
            for_each_row(member.input, member.index, [&](std::uint32_t row) {
              values.push_back(new_code_of(member.input, slot.path, slot.values[row]));
            });
          }
          encoder.add_text(path, values);
          break;
        case SlotKind::seconds:
        case SlotKind::integer:
          for (const Origin member : members) {
            const Table& table = inputs_[member.input]->table(member.index);
            for_each_row(member.input, member.index,
                         [&](std::uint32_t row) { values.push_back(table.slots[i].values[row]); });
          }
          if (first.slots[i].kind == SlotKind::seconds) {
            encoder.add_seconds(path, values);
          } else {
            encoder.add_integers(path, values);
          }
          break;
        case SlotKind::guid: {
          std::string bytes;
          for (const Origin member : members) {
            const Table& table = inputs_[member.input]->table(member.index);
            for_each_row(member.input, member.index, [&](std::uint32_t row) {
              bytes.append(table.slots[i].guids + sizeof(EventKey) * row, sizeof(EventKey));
            });
          }
          encoder.add_guids(path, bytes);
          break;
        }
      }
    }
    encoder.finish();
  }

  const std::vector<MergeInput>& merged_;
  std::uint64_t hash_seed_;
  std::vector<const Segment*> inputs_;
  std::vector<std::vector<std::uint8_t>> keep_;
  SegmentParts& parts_;
  SegmentHeader header_;
  std::uint64_t decoded_ = 0;
  std::vector<Origin> origins_;
  std::vector<std::string> path_names_;
  std::vector<std::vector<std::uint32_t>> paths_;                  // Input, its path to the new path.
  std::vector<std::vector<std::vector<std::uint32_t>>> new_code_;  // Input, its path, its code to the new code.
  std::vector<std::uint32_t> code_counts_;
  std::vector<std::vector<Origin>> united_;  // New table to (input, its table).
  std::vector<std::vector<std::vector<std::uint32_t>>> new_row_;
  std::vector<std::vector<std::uint32_t>> row_counts_of_;
  std::vector<std::vector<std::vector<std::uint8_t>>> used_;
  std::vector<std::vector<std::uint32_t>> table_of_;
  std::vector<std::vector<std::uint32_t>> first_row_;
  std::vector<std::uint32_t> row_counts_;
};

std::size_t fan_in(std::uint64_t events) { return events < kSmallEvents ? kFanInOfSmall : kFanInOfLarge; }

// Segments of one class differ in size by less than their fan-in.
unsigned size_class(std::uint64_t events) {
  unsigned result = 0;
  std::uint64_t limit = kFanInOfSmall;
  for (; limit <= events; limit *= fan_in(limit)) ++result;
  return result;
}

}  // namespace

std::vector<std::uint64_t> choose_merge(std::span<const Segment> segments, bool all) {
  std::vector<const SegmentHeader*> smallest;
  for (const Segment& segment : segments) {
    if (segment.header().events <= kMaxEvents / 2) smallest.push_back(&segment.header());
  }
  std::stable_sort(smallest.begin(), smallest.end(),
                   [](const SegmentHeader* a, const SegmentHeader* b) { return a->events < b->events; });
  std::vector<std::uint64_t> chosen;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::size_t same_class = 0;
  for (const SegmentHeader* header : smallest) {
    const bool next_class =
        !chosen.empty() && size_class(header->events) != size_class(smallest[chosen.size() - 1]->events);
    if (!all && next_class) {
      if (same_class >= fan_in(smallest[chosen.size() - 1]->events)) break;
      same_class = 0;
    }
    if (events + header->events > kMaxEvents || bytes + header->stored_bytes > kMaxBytes) break;
    events += header->events;
    bytes += header->stored_bytes;
    ++same_class;
    chosen.push_back(header->number);
  }
  if (!all && (chosen.empty() || same_class < fan_in(smallest[chosen.size() - 1]->events))) return {};
  return chosen;
}

MergedSegment merge_segments(const std::vector<MergeInput>& inputs, std::uint64_t hash_seed, SegmentParts& parts) {
  return Merge{inputs, hash_seed, parts}.run();
}

}  // namespace trailkeeper::store
