// SegmentBuilder::encode: from the rows in memory to the sections of docs/format.md.
#include <algorithm>
#include <cstring>

#include "store/segments/event_order.h"
#include "store/segments/segment_builder.h"
#include "store/segments/segment_encoder.h"
#include "store/segments/string_list.h"

namespace trailkeeper::store {
namespace {

constexpr std::uint32_t kUnused = ~std::uint32_t{0};

}  // namespace

/// One encoding run. Events, codes, tables and rows that `order` leaves out get no number in the segment.
class SegmentBuilder::Encoder {
 public:
  Encoder(const SegmentBuilder& builder, std::span<const std::uint32_t> order, SegmentParts& parts,
          std::span<const SharedContent> contents)
      : builder_(builder),
        order_(order),
        parts_(parts),
        contents_(contents),
        complete_(order.size() == builder.size()) {}

  SegmentHeader run() {
    number_rows();
    number_codes();
    write_identity();
    write_columns();
    write_rows();
    write_tables();
    write_dictionaries();
    for (const std::uint32_t index : order_) header_.raw_bytes += builder_.lengths_[index];
    parts_.finish(header_);
    return std::move(header_);
  }

 private:
  // Tables keep their order; rows keep the order in which they were added.
  void number_rows() {
    kept_rows_.resize(builder_.tables_.size());
    new_row_.assign(builder_.size(), kUnused);
    std::vector<std::uint8_t> kept(builder_.size(), complete_ ? 1 : 0);
    if (!complete_) {
      for (const std::uint32_t index : order_) kept[index] = 1;
    }
    for (std::uint32_t index = 0; index < builder_.size(); ++index) {
      if (kept[index] == 0) continue;
      std::vector<std::uint32_t>& rows = kept_rows_[builder_.table_numbers_[index]];
      new_row_[index] = static_cast<std::uint32_t>(rows.size());
      rows.push_back(builder_.rows_[index]);
    }
    new_table_.assign(builder_.tables_.size(), kUnused);
    for (std::uint32_t table = 0; table < builder_.tables_.size(); ++table) {
      if (!kept_rows_[table].empty()) new_table_[table] = table_count_++;
    }
  }

  // new_code_[dictionary] maps a code to its number in the segment; empty where nothing changes.
  void number_codes() {
    new_code_.resize(builder_.dictionaries_.size());
    code_counts_.resize(builder_.dictionaries_.size());
    for (std::size_t i = 0; i < code_counts_.size(); ++i) code_counts_[i] = builder_.dictionaries_[i]->size();
    if (complete_) return;
    for (std::size_t i = 0; i < code_counts_.size(); ++i) new_code_[i].assign(code_counts_[i], kUnused);
    for (const std::uint32_t index : order_) {
      const std::uint32_t* codes = builder_.column_codes_.data() + static_cast<std::size_t>(index) * kColumnCount;
      for (std::size_t column = 0; column < kColumnCount; ++column) {
        if (codes[column] != 0) new_code_[column][codes[column] - 1] = 0;
      }
    }
    for (std::size_t table = 0; table < builder_.tables_.size(); ++table) {
      for_each_slot(table, [&](const SlotPlan& slot, std::uint32_t cell_offset) {
        if (slot.kind != SlotKind::text) return;
        for (const std::uint32_t row : kept_rows_[table]) new_code_[slot.path][*cell(table, row, cell_offset)] = 0;
      });
    }
    for (std::size_t i = 0; i < code_counts_.size(); ++i) {
      std::uint32_t next = 0;
      for (std::uint32_t& code : new_code_[i]) {
        if (code != kUnused) code = next++;
      }
      code_counts_[i] = next;
    }
  }

  [[nodiscard]] std::uint32_t renumbered(std::size_t dictionary, std::uint32_t code) const {
    return complete_ ? code : new_code_[dictionary][code];
  }

  [[nodiscard]] const std::uint32_t* cell(std::size_t table, std::uint32_t row, std::uint32_t offset) const {
    const ShapeTable& rows = *builder_.tables_[table];
    return rows.cells.data() + static_cast<std::size_t>(row) * rows.cells_a_row + offset;
  }

  template <typename Visit>
  void for_each_slot(std::size_t table, Visit&& visit) const {
    std::uint32_t offset = 0;
    for (const SlotPlan& slot : builder_.tables_[table]->slots) {
      visit(slot, offset);
      offset += cells_of(slot.kind);
    }
  }

  void write_identity() {
    std::vector<text::Timestamp> times;
    std::vector<EventKey> keys;
    std::vector<std::uint64_t> hashes;
    times.reserve(order_.size());
    keys.reserve(order_.size());
    hashes.reserve(order_.size());
    for (const std::uint32_t index : order_) {
      times.push_back(builder_.times_[index]);
      keys.push_back(builder_.keys_[index]);
      hashes.push_back(builder_.hashes_[index]);
    }
    encode_identity(times, keys, hashes, order_by_key(keys), header_, parts_);
    write_contents(keys);
  }

  void write_contents(std::span<const EventKey> keys) {
    if (contents_.empty()) return;
    std::vector<std::uint32_t> places(builder_.size(), kUnused);
    for (std::uint32_t place = 0; place < order_.size(); ++place) places[order_[place]] = place;
    std::vector<SharedContent> contents;
    for (const SharedContent& content : contents_) {
      if (places[content.event] != kUnused) contents.push_back({places[content.event], content.hash});
    }
    encode_contents(std::move(contents), keys, parts_);
  }

  void write_columns() {
    encode_columns(
        order_.size(), std::span{code_counts_}.first(kColumnCount),
        [&](std::size_t column, std::span<std::uint32_t> codes) {
          for (std::size_t i = 0; i < order_.size(); ++i) {
            const std::size_t at = static_cast<std::size_t>(order_[i]) * kColumnCount + column;
            const std::uint32_t code = builder_.column_codes_[at];
            codes[i] = code == 0 ? 0 : renumbered(column, code - 1) + 1;
          }
        },
        parts_);
  }

  void write_rows() {
    std::vector<std::uint32_t> tables;
    std::vector<std::uint32_t> rows;
    for (const std::uint32_t index : order_) {
      tables.push_back(new_table_[builder_.table_numbers_[index]]);
      rows.push_back(new_row_[index]);
    }
    encode_rows(tables, rows, parts_);
  }

  void write_tables() {
    ChunkedBlobs blobs{parts_, SectionId::tables};
    for (std::size_t table = 0; table < builder_.tables_.size(); ++table) {
      if (!kept_rows_[table].empty()) write_table(table, blobs.begin_blob());
    }
    blobs.finish(SectionId::table_index);
    const std::uint32_t whole = builder_.whole_table_;
    if (whole < new_table_.size() && new_table_[whole] != kUnused) {
      encode_whole_table({new_table_[whole], builder_.whole_bytes_}, parts_);
    }
    encode_strings(
        SectionId::skeletons,
        [&](const auto& add) {
          for (std::size_t table = 0; table < builder_.tables_.size(); ++table) {
            if (!kept_rows_[table].empty()) add(builder_.tables_[table]->skeleton);
          }
        },
        parts_);
  }

  void write_table(std::size_t table, std::string& out) {
    const std::vector<std::uint32_t>& rows = kept_rows_[table];
    TableEncoder encoder{out};
    encoder.begin(static_cast<std::uint32_t>(rows.size()), builder_.tables_[table]->slots.size());
    for_each_slot(table, [&](const SlotPlan& slot, std::uint32_t offset) {
      values_.clear();
      switch (slot.kind) {
        case SlotKind::column: encoder.add_column(slot.column); break;
        case SlotKind::event_key: encoder.add_event_key(); break;
        case SlotKind::event_time: encoder.add_event_time(); break;
        case SlotKind::text:
          for (const std::uint32_t row : rows) values_.push_back(renumbered(slot.path, *cell(table, row, offset)));
          encoder.add_text(slot.path, values_);
          break;
        case SlotKind::seconds:
          for (const std::uint32_t row : rows) values_.push_back(*cell(table, row, offset));
          encoder.add_seconds(slot.path, values_);
          break;
        case SlotKind::integer:
          for (const std::uint32_t row : rows) {
            std::uint64_t value = 0;
            std::memcpy(&value, cell(table, row, offset), sizeof value);
            values_.push_back(value);
          }
          encoder.add_integers(slot.path, values_);
          break;
        case SlotKind::guid: {
          std::string bytes;
          for (const std::uint32_t row : rows) {
            bytes.append(reinterpret_cast<const char*>(cell(table, row, offset)), sizeof(event::Guid));
          }
          encoder.add_guids(slot.path, bytes);
          break;
        }
      }
    });
    encoder.finish();
  }

  void write_dictionaries() {
    ChunkedBlobs blobs{parts_, SectionId::strings};
    StringListWriter writer;
    for (std::size_t i = 0; i < builder_.dictionaries_.size(); ++i) {
      const StringTable& dictionary = *builder_.dictionaries_[i];
      for (std::uint32_t code = 0; code < dictionary.size(); ++code) {
        if (complete_ || new_code_[i][code] != kUnused) writer.add(dictionary[code]);
      }
      writer.finish(blobs.begin_blob());
    }
    blobs.finish(SectionId::path_index);
    encode_strings(
        SectionId::path_names,
        [&](const auto& add) {
          for (const std::string& name : builder_.path_names_) add(name);
        },
        parts_);
  }

  const SegmentBuilder& builder_;
  std::span<const std::uint32_t> order_;
  SegmentParts& parts_;
  std::span<const SharedContent> contents_;
  bool complete_;
  SegmentHeader header_;
  std::uint32_t table_count_ = 0;
  std::vector<std::vector<std::uint32_t>> kept_rows_;
  std::vector<std::uint32_t> new_row_;
  std::vector<std::uint32_t> new_table_;
  std::vector<std::vector<std::uint32_t>> new_code_;
  std::vector<std::uint32_t> code_counts_;
  std::vector<std::uint64_t> values_;
};

SegmentHeader SegmentBuilder::encode(std::span<const std::uint32_t> order, SegmentParts& parts,
                                     std::span<const SharedContent> contents) const {
  return Encoder{*this, order, parts, contents}.run();
}

}  // namespace trailkeeper::store
