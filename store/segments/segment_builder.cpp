#include "store/segments/segment_builder.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "event/guid.h"
#include "store/event_key.h"
#include "text/json_text.h"
#include "text/timestamp.h"

namespace trailkeeper::store {

using event::Field;
using event::Leaf;
using event::LeafType;

namespace {

EventKey hashed_key(std::string_view text, std::uint64_t domain) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(text.data(), text.size(), domain);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  EventKey key;
  std::memcpy(key.data(), canonical.digest, key.size());
  return key;
}

constexpr std::uint64_t kEventIdDomain = 1;
constexpr std::uint64_t kBytesDomain = 2;

std::uint64_t integer_of(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return value;
}

}  // namespace

EventKey key_of_event_id(std::string_view event_id) {
  if (const auto guid = event::parse_guid(event_id)) return *guid;
  return hashed_key(event_id, kEventIdDomain);
}

EventKey key_of_event_bytes(std::string_view bytes) { return hashed_key(bytes, kBytesDomain); }

SegmentBuilder::SegmentBuilder(std::uint64_t hash_seed) : hash_seed_(hash_seed) {
  for (const Field field : kColumnFields) path_number(event::field_path(field));
  constexpr std::size_t kIdentities = 8192;
  identities_.resize(kIdentities);
  std::random_device device;
  identity_seed_ = static_cast<std::uint64_t>(device()) << 32 | device();
}

void SegmentBuilder::reserve(std::size_t events) {
  times_.reserve(events);
  keys_.reserve(events);
  hashes_.reserve(events);
  lengths_.reserve(events);
  table_numbers_.reserve(events);
  rows_.reserve(events);
  column_codes_.reserve(events * kColumnCount);
}

void SegmentBuilder::clear() {
  // What was kept whole had no room; the next one may have.
  if (fixed_memory_ > kMostPlanBytes) {
    *this = SegmentBuilder{hash_seed_};
    return;
  }
  for (const auto& dictionary : dictionaries_) dictionary->clear();
  for (const auto& table : tables_) {
    table->rows = 0;
    table->cells.clear();
    for (LiteralCode& literal : table->literals) {
      literal.code = dictionaries_[literal.column]->code_of(literal.on ? "true" : "false");
    }
  }
  times_.clear();
  keys_.clear();
  hashes_.clear();
  lengths_.clear();
  table_numbers_.clear();
  rows_.clear();
  column_codes_.clear();
  cell_count_ = 0;
  whole_bytes_ = 0;
  std::fill(identities_.begin(), identities_.end(), KnownIdentity{});
}

SegmentBuilder::~SegmentBuilder() = default;
SegmentBuilder::SegmentBuilder(SegmentBuilder&&) noexcept = default;
SegmentBuilder& SegmentBuilder::operator=(SegmentBuilder&&) noexcept = default;

std::uint32_t SegmentBuilder::path_number(std::string_view path) {
  const auto [entry, added] =
      path_numbers_.try_emplace(std::string{path}, static_cast<std::uint32_t>(path_names_.size()));
  if (added) {
    path_names_.emplace_back(path);
    dictionaries_.push_back(std::make_unique<StringTable>());
    fixed_memory_ += plan_bytes_of_path(path.size());
  }
  return entry->second;
}

std::unique_ptr<ShapeTable> SegmentBuilder::plan_table(const event::Shape& shape) {
  auto table = std::make_unique<ShapeTable>();
  table->skeleton = shape.skeleton;
  for (const event::Slot& slot : shape.slots) {
    SlotPlan plan{SlotKind::text, slot.type, 0, kNoColumn, ~std::uint32_t{0}};
    const auto column = slot.field ? column_of(*slot.field) : std::nullopt;
    if (column) plan.column = static_cast<std::uint32_t>(*column);
    std::string path = slot.path;
    switch (slot.type) {
      case LeafType::text: plan.kind = column ? SlotKind::column : SlotKind::text; break;
      case LeafType::guid: plan.kind = slot.field == Field::event_id ? SlotKind::event_key : SlotKind::guid; break;
      case LeafType::time:
        plan.kind = slot.field == Field::event_time ? SlotKind::event_time : SlotKind::seconds;
        break;
      case LeafType::integer: plan.kind = SlotKind::integer; break;
      case LeafType::number: path.push_back(kNumberMark); break;
      case LeafType::escaped: path.push_back(kEscapedMark); break;
      case LeafType::record: break;  // No leaf of a shape.
    }
    plan.path = path_number(path);
    table->cells_a_row += cells_of(plan.kind);
    table->slots.push_back(plan);
  }
  find_identity_run(shape, *table);
  for (std::uint32_t column = 0; column < kColumnCount; ++column) {
    const std::string_view literal = shape.literal_of_field[static_cast<std::size_t>(kColumnFields[column])];
    if (!literal.empty())
      table->literals.push_back({column, dictionaries_[column]->code_of(literal), literal == "true"});
  }
  return table;
}

void SegmentBuilder::find_identity_run(const event::Shape& shape, ShapeTable& table) {
  constexpr std::uint32_t kFewSlots = 4;
  constexpr std::string_view kPrefix = "userIdentity.";
  IdentityRun run;
  std::uint32_t cell = 0;
  for (std::uint32_t i = 0; i < shape.slots.size(); ++i) {
    if (shape.slots[i].path.starts_with(kPrefix)) {
      if (run.end == 0) {
        run.begin = i;
        run.first_cell = cell;
      } else if (run.end != i) {
        return;  // A record with two userIdentity objects: no run.
      }
      run.end = i + 1;
      run.cells += cells_of(table.slots[i].kind);
      if (table.slots[i].column != kNoColumn) run.columns.push_back(table.slots[i].column);
    }
    cell += cells_of(table.slots[i].kind);
  }
  if (run.end - run.begin >= kFewSlots) table.identity = std::move(run);
}

ShapeTable& SegmentBuilder::table_of(const event::Shape& shape) {
  const auto known = tables_by_shape_.find(&shape);
  if (known != tables_by_shape_.end()) {
    current_table_ = known->second;
  } else if (shape.slots.size() > event::kMostRememberedLeaves || fixed_memory_ > kMostPlanBytes) {
    current_table_ = whole_table();
  } else {
    current_table_ = static_cast<std::uint32_t>(tables_.size());
    tables_by_shape_.emplace(&shape, current_table_);
    tables_.push_back(plan_table(shape));
    fixed_memory_ += plan_bytes_of_table(shape.skeleton.size(), shape.slots.size());
  }
  return *tables_[current_table_];
}

std::uint32_t SegmentBuilder::whole_table() {
  if (whole_table_ < tables_.size()) return whole_table_;
  whole_table_ = static_cast<std::uint32_t>(tables_.size());
  auto table = std::make_unique<ShapeTable>();
  table->skeleton = kWholeRecord;
  table->slots.push_back({SlotKind::text, LeafType::record, path_number(kWholeRecord), kNoColumn, ~std::uint32_t{0}});
  table->cells_a_row = 1;
  tables_.push_back(std::move(table));
  return whole_table_;
}

std::optional<EventKey> SegmentBuilder::add_whole(const event::Record& record, ShapeTable& table,
                                                  std::uint32_t* columns) {
  for (std::size_t column = 0; column < kColumnCount; ++column) {
    if (const auto text = record.text(kColumnFields[column], scratch_)) {
      columns[column] = dictionaries_[column]->code_of(*text) + 1;
    }
  }
  table.cells.push_back(code_of(table.slots.front(), record.bytes));
  ++cell_count_;
  whole_bytes_ += record.bytes.size();
  const std::int32_t id = record.shape->slot_of_field[static_cast<std::size_t>(Field::event_id)];
  if (id < 0 || record.leaves[static_cast<std::size_t>(id)].type() != LeafType::guid) return std::nullopt;
  return event::parse_guid(record.raw(record.leaves[static_cast<std::size_t>(id)]));
}

std::uint32_t SegmentBuilder::code_of(SlotPlan& slot, std::string_view text) {
  StringTable& dictionary = *dictionaries_[slot.kind == SlotKind::text ? slot.path : slot.column];
  if (slot.last_code < dictionary.size() && dictionary[slot.last_code] == text) return slot.last_code;
  return slot.last_code = dictionary.code_of(text);
}

// Adds one leaf's value to the row and to its column; returns where the next leaf's cells go.
std::uint32_t* SegmentBuilder::add_leaf(SlotPlan& slot, std::string_view text, std::uint32_t* cell,
                                        std::uint32_t* columns) {
  switch (slot.kind) {
    case SlotKind::column: columns[slot.column] = code_of(slot, text) + 1; return cell;
    case SlotKind::event_key:
    case SlotKind::event_time: return cell;
    case SlotKind::text: *cell = code_of(slot, text); break;
    case SlotKind::guid: {
      const event::Guid guid = *event::parse_guid(text);
      std::memcpy(cell, guid.data(), guid.size());
      break;
    }
    case SlotKind::seconds: *cell = *text::parse_plain_seconds(text); break;
    case SlotKind::integer: {
      const std::uint64_t value = integer_of(text);
      std::memcpy(cell, &value, sizeof value);
      break;
    }
  }
  if (slot.column != kNoColumn) {
    // A column's value that isn't plain text: the column gets the text, the table keeps how it was written.
    std::string_view value = text;
    if (slot.type == LeafType::escaped) {
      scratch_.clear();
      text::append_unescaped(text, scratch_);
      value = scratch_;
    }
    columns[slot.column] = dictionaries_[slot.column]->code_of(value) + 1;
  }
  return cell + cells_of(slot.kind);
}

// An event's userIdentity has ten values or so, all of them the same as in the session's previous event: one hash over
// their bytes finds that event, and its codes are copied. The hash has 128 bits and a secret seed, so equal hashes mean
// equal bytes.
std::uint32_t* SegmentBuilder::add_identity(ShapeTable& table, const event::Record& record, std::uint32_t* cell,
                                            std::uint32_t* columns) {
  const IdentityRun& run = table.identity;
  const Leaf& last = record.leaves[run.end - 1];
  const std::size_t begin = record.leaves[run.begin].offset;
  const XXH128_hash_t hash = XXH3_128bits_withSeed(record.bytes.data() + begin, last.offset + last.length - begin,
                                                   identity_seed_ + current_table_);
  KnownIdentity& known = identities_[hash.low64 % identities_.size()];
  if (known.low == hash.low64 && known.high == hash.high64) {
    const std::uint32_t* const source =
        table.cells.data() + static_cast<std::size_t>(rows_[known.event]) * table.cells_a_row + run.first_cell;
    std::memcpy(cell, source, run.cells * sizeof(std::uint32_t));
    const std::uint32_t* const codes = column_codes_.data() + static_cast<std::size_t>(known.event) * kColumnCount;
    for (const std::uint32_t column : run.columns) columns[column] = codes[column];
    return cell + run.cells;
  }
  known = {hash.low64, hash.high64, static_cast<std::uint32_t>(size())};
  for (std::uint32_t i = run.begin; i < run.end; ++i) {
    cell = add_leaf(table.slots[i], record.raw(record.leaves[i]), cell, columns);
  }
  return cell;
}

std::optional<EventKey> SegmentBuilder::add_leaves(const event::Record& record, ShapeTable& table,
                                                   std::uint32_t* columns) {
  for (const LiteralCode& literal : table.literals) columns[literal.column] = literal.code + 1;
  const std::size_t cells_at = table.cells.size();
  table.cells.resize(cells_at + table.cells_a_row);
  cell_count_ += table.cells_a_row;
  std::uint32_t* cell = table.cells.data() + cells_at;
  std::optional<EventKey> key;
  for (std::uint32_t i = 0; i < table.slots.size(); ++i) {
    if (i == table.identity.begin && table.identity.end > i) {
      cell = add_identity(table, record, cell, columns);
      i = table.identity.end - 1;
      continue;
    }
    const std::string_view text = record.raw(record.leaves[i]);
    if (table.slots[i].kind == SlotKind::event_key) key = *event::parse_guid(text);
    cell = add_leaf(table.slots[i], text, cell, columns);
  }
  return key;
}

void SegmentBuilder::add(const event::Record& record) {
  ShapeTable& table = table_of(*record.shape);
  const std::size_t columns_at = column_codes_.size();
  column_codes_.resize(columns_at + kColumnCount, 0);
  std::uint32_t* const columns = column_codes_.data() + columns_at;
  std::optional<EventKey> key;
  if (current_table_ == whole_table_) {
    key = add_whole(record, table, columns);
  } else {
    key = add_leaves(record, table, columns);
  }
  if (!key) {
    const auto id = record.text(Field::event_id, scratch_);
    key = id && !id->empty() ? hashed_key(*id, kEventIdDomain) : key_of_event_bytes(record.bytes);
  }
  keys_.push_back(*key);
  times_.push_back(record.time);
  hashes_.push_back(XXH3_64bits_withSeed(record.bytes.data(), record.bytes.size(), hash_seed_));
  lengths_.push_back(static_cast<std::uint32_t>(record.bytes.size()));
  table_numbers_.push_back(current_table_);
  rows_.push_back(table.rows++);
}

std::size_t SegmentBuilder::memory() const {
  std::size_t bytes = fixed_memory_ + cell_count_ * sizeof(std::uint32_t) * 3 / 2;
  bytes += size() * (sizeof(EventKey) + 8 + 8 + 4 + 4 + 4 + 4 * kColumnCount);
  for (const auto& dictionary : dictionaries_) bytes += dictionary->memory();
  return bytes;
}

void SegmentBuilder::append_event(std::uint32_t index, std::string& out) const {
  const ShapeTable& table = *tables_[table_numbers_[index]];
  const std::uint32_t* cell = table.cells.data() + static_cast<std::size_t>(rows_[index]) * table.cells_a_row;
  const std::uint32_t* const columns = column_codes_.data() + static_cast<std::size_t>(index) * kColumnCount;
  std::size_t next = 0;
  for (const char c : table.skeleton) {
    if (!event::is_leaf_mark(c)) {
      out.push_back(c);
      continue;
    }
    const SlotPlan& slot = table.slots[next++];
    const bool quoted = event::is_quoted(slot.type);
    if (quoted) out.push_back('"');
    switch (slot.kind) {
      case SlotKind::column: out.append((*dictionaries_[slot.column])[columns[slot.column] - 1]); break;
      case SlotKind::event_key: event::append_guid(keys_[index].data(), out); break;
      case SlotKind::event_time:
        text::append_plain_seconds(static_cast<std::uint32_t>(times_[index] / text::kSecond), out);
        break;
      case SlotKind::text: out.append((*dictionaries_[slot.path])[*cell]); break;
      case SlotKind::guid: event::append_guid(reinterpret_cast<const std::uint8_t*>(cell), out); break;
      case SlotKind::seconds: text::append_plain_seconds(*cell, out); break;
      case SlotKind::integer: {
        std::uint64_t value = 0;
        std::memcpy(&value, cell, sizeof value);
        out += std::to_string(value);
        break;
      }
    }
    cell += cells_of(slot.kind);
    if (quoted) out.push_back('"');
  }
}

}  // namespace trailkeeper::store
