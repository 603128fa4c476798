#include "store/segments/segment.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "event/guid.h"
#include "event/shape.h"
#include "store/byte_codec.h"
#include "store/error.h"
#include "store/segments/key_search.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {
namespace {

// Base, width and count: bit_pack.h.
constexpr std::size_t kColumnHeadBytes = 16;

}  // namespace

struct Segment::Lazy {
  Lazy(const OpenedHeader& header, PartLoader load_part) : sections(header, std::move(load_part)) {}

  struct BlobIndex {
    PackedView chunks;
    PackedView offsets;
    bool opened = false;
  };
  SegmentSections sections;
  OpenColumn times;
  OpenColumn by_key;
  OpenColumn shape_codes;
  OpenColumn rows;
  std::array<OpenColumn, kColumnCount> columns;
  const SegmentSections::Section* keys = nullptr;
  const SegmentSections::Section* hashes = nullptr;
  const SegmentSections::Section* filter = nullptr;
  std::optional<BloomFilter> key_filter;
  std::array<std::optional<BlockPostings>, kColumnCount> postings;
  std::vector<PackedView> counts;
  BlobIndex paths;
  BlobIndex tables;
  std::optional<StringList> path_names;
  std::unordered_map<std::string, std::uint32_t> path_numbers;
  std::optional<StringList> skeletons;
  std::unordered_map<std::size_t, std::unique_ptr<StringList>> dictionaries;
  std::unordered_map<std::uint32_t, std::unique_ptr<Table>> open_tables;
  std::vector<bool> sound_tables;
  std::optional<WholeTable> whole;
};

Segment::Segment(std::shared_ptr<const OpenedHeader> header, PartLoader load_part, bool mapped)
    : header_(std::move(header)), mapped_(mapped), lazy_(std::make_unique<Lazy>(*header_, std::move(load_part))) {}

SegmentSections& Segment::sections() const { return lazy_->sections; }

Segment::~Segment() = default;
Segment::Segment(Segment&&) noexcept = default;
Segment& Segment::operator=(Segment&&) noexcept = default;

void Segment::verify(const std::function<void(const StoreError&)>& damaged) const {
  for (const SectionEntry& entry : header().sections) {
    try {
      static_cast<void>(lazy_->sections.checked(entry.id));
    } catch (const StoreError& error) {
      damaged(error);
    }
  }
}

void Segment::verify() const {
  for (const SectionEntry& entry : header().sections) static_cast<void>(lazy_->sections.checked(entry.id));
}

// Says where the damage is that `open` meets.
template <typename Open>
auto Segment::located(SectionId id, Open&& open) const {
  try {
    return open();
  } catch (const StoreError& error) {
    std::string_view what = error.what();
    constexpr std::string_view kPrefix = "the store is damaged: ";
    if (what.starts_with(kPrefix)) what.remove_prefix(kPrefix.size());
    if (what.starts_with("segment ")) throw;
    throw_corrupt("segment " + std::to_string(header().number) + ", section " +
                  std::to_string(static_cast<std::uint32_t>(id)) + ": " + std::string{what});
  }
}

void Segment::forget() const {
  if (mapped_) lazy_->sections.forget();
}

void Segment::close() const {
  lazy_->open_tables.clear();
  lazy_->dictionaries.clear();
  lazy_->path_numbers.clear();
}

// A column whose values nothing vouches for.
const PackedView& Segment::packed(SectionId id, OpenColumn& column) const {
  if (column.section == nullptr) {
    const SegmentSections::Section& section = lazy_->sections.unchecked(id);
    column.view = located(id, [&] { return open_column(section.bytes); });
    if (column.view.size() != header().events) lazy_->sections.fail(id, "its length is wrong");
    column.section = &section;
  }
  return column.view;
}

const PackedView& Segment::packed_rows(SectionId id, OpenColumn& column, std::uint32_t first, std::uint32_t end) const {
  const PackedView& view = packed(id, column);
  if (column.section->whole || first >= end) return view;
  if (!column.header_checked) lazy_->sections.check(*column.section, 0, kColumnHeadBytes);
  column.header_checked = true;
  const std::size_t begin_byte = static_cast<std::size_t>(std::uint64_t{first} * view.width() / 8);
  lazy_->sections.check(*column.section, kColumnHeadBytes + begin_byte,
                        kColumnHeadBytes + packed_bytes(end, view.width()));
  return view;
}

const PackedView& Segment::column_rows(std::size_t column, std::uint32_t first, std::uint32_t end) const {
  return packed_rows(section(SectionId::column, column), lazy_->columns.at(column), first, end);
}

text::Timestamp Segment::time(std::uint32_t index) const {
  if (index >= size()) throw_corrupt("an event's number is out of range");
  static_cast<void>(packed_rows(SectionId::times, lazy_->times, index, index + 1));
  return unchecked_time(index);
}

text::Timestamp Segment::unchecked_time(std::uint32_t index) const {
  const PackedView& times = packed(SectionId::times, lazy_->times);
  if (index >= times.size()) throw_corrupt("an event's number is out of range");
  return header().min_time + static_cast<text::Timestamp>(times[index] * header().time_unit);
}

std::uint32_t Segment::first_at(text::Timestamp time) const {
  if (time <= header().min_time) return 0;
  if (time > header().max_time) return size();
  const std::uint32_t low =
      first_not_passed(0, size(), [&](std::uint32_t place) { return unchecked_time(place) < time; });
  // Times ascend, so it is the two around the place that have to be sound.
  const bool here = low == size() || this->time(low) >= time;
  if (!here || (low > 0 && this->time(low - 1) >= time)) throw_corrupt("times of a segment don't ascend");
  return low;
}

EventKey Segment::key(std::uint32_t index) const {
  const EventKey key = unchecked_key(index);
  const std::size_t at = std::size_t{index} * key.size();
  lazy_->sections.check(*lazy_->keys, at, at + key.size());
  return key;
}

const EventKey& Segment::unchecked_key(std::uint32_t index) const {
  static_assert(alignof(EventKey) == 1);
  if (lazy_->keys == nullptr) lazy_->keys = &lazy_->sections.unchecked(SectionId::keys);
  const std::string_view keys = lazy_->keys->bytes;
  if ((std::size_t{index} + 1) * sizeof(EventKey) > keys.size()) throw_corrupt("an event has no key");
  return *reinterpret_cast<const EventKey*>(keys.data() + std::size_t{index} * sizeof(EventKey));
}

std::uint64_t Segment::hash(std::uint32_t index) const {
  if (lazy_->hashes == nullptr) lazy_->hashes = &lazy_->sections.unchecked(SectionId::hashes);
  const std::string_view hashes = lazy_->hashes->bytes;
  std::uint64_t hash = 0;
  const std::size_t at = std::size_t{index} * sizeof hash;
  if (at + sizeof hash > hashes.size()) throw_corrupt("an event has no hash");
  lazy_->sections.check(*lazy_->hashes, at, at + sizeof hash);
  std::memcpy(&hash, hashes.data() + at, sizeof hash);
  return hash;
}

bool Segment::may_contain(const EventKey& key) const {
  if (!lazy_->key_filter) {
    lazy_->filter = &lazy_->sections.unchecked(SectionId::key_filter);
    lazy_->key_filter = located(SectionId::key_filter, [&] { return BloomFilter{lazy_->filter->bytes}; });
  }
  const std::size_t block = lazy_->key_filter->block_at(key);
  lazy_->sections.check(*lazy_->filter, block, block + BloomFilter::kBlockBytes);
  return lazy_->key_filter->may_contain(key);
}

// The search reads what nothing vouches for, so that it touches few pages; then the range that it found is proven: keys
// ascend, so that one is the only place where the key can be.
Segment::KeyRange Segment::range_of(const EventKey& key) const {
  if (size() == 0 || !may_contain(key)) return {};
  const PackedView& by_key = packed(SectionId::by_key, lazy_->by_key);
  const auto unproven_key_at = [&](std::uint32_t place) -> const EventKey& {
    return unchecked_key(static_cast<std::uint32_t>(by_key[place]));
  };
  const std::uint32_t begin = first_not_before(key, size(), unproven_key_at);
  const KeyRange range{begin, end_of_equal(key, begin, size(), unproven_key_at)};
  const auto key_at = [&](std::uint32_t place) { return this->key(event_at(place)); };
  const auto ascend = [&](bool sound) {
    if (!sound) lazy_->sections.fail(SectionId::by_key, "keys don't ascend");
  };
  if (range.begin > 0) ascend(key_at(range.begin - 1) < key);
  if (range.begin < range.end) ascend(key_at(range.begin) == key && key_at(range.end - 1) == key);
  if (range.end < size()) ascend(key < key_at(range.end));
  return range;
}

std::uint32_t Segment::event_at(std::uint32_t place) const {
  return static_cast<std::uint32_t>(packed_rows(SectionId::by_key, lazy_->by_key, place, place + 1)[place]);
}

std::vector<std::uint32_t> Segment::find(const EventKey& key) const {
  const KeyRange range = range_of(key);
  std::vector<std::uint32_t> found;
  for (std::uint32_t place = range.begin; place < range.end; ++place) found.push_back(event_at(place));
  std::sort(found.begin(), found.end());
  return found;
}

const PackedView& Segment::column(std::size_t column) const {
  OpenColumn& open = lazy_->columns.at(column);
  if (open.section == nullptr || !open.section->whole) {
    static_cast<void>(lazy_->sections.checked(section(SectionId::column, column)));
  }
  return packed(section(SectionId::column, column), open);
}

PackedView Segment::column_counts(std::size_t column) const {
  if (lazy_->counts.empty()) {
    std::vector<PackedView> counts;
    ByteReader reader{lazy_->sections.checked(SectionId::column_counts)};
    for (std::size_t i = 0; i < kColumnCount; ++i) counts.push_back(open_column(reader.string()));
    lazy_->counts = std::move(counts);
  }
  return lazy_->counts.at(column);
}

const BlockPostings& Segment::postings(std::size_t column) const {
  std::optional<BlockPostings>& open = lazy_->postings.at(column);
  if (!open) {
    open = located(SectionId::postings, [&] {
      const SegmentSections::Section& section = lazy_->sections.unchecked(SectionId::postings);
      ByteReader reader{section.bytes};
      const auto head_checksum = reader.fixed<std::uint64_t>();
      const std::string_view bytes_of_head = reader.string();
      if (header().layout >= 2) lazy_->sections.check(section, 0, section.bytes.size() - reader.rest().size());
      if (checksum(bytes_of_head) != head_checksum) throw_corrupt("the checksum of its head is wrong");
      ByteReader head{bytes_of_head};
      for (std::size_t i = 0; i < column; ++i) {
        static_cast<void>(reader.bytes(static_cast<std::size_t>(head.varint())));
        static_cast<void>(head.fixed<std::uint64_t>());
      }
      const std::string_view bytes = reader.bytes(static_cast<std::size_t>(head.varint()));
      if (checksum(bytes) != head.fixed<std::uint64_t>()) throw_corrupt("a column's checksum is wrong");
      return BlockPostings{bytes};
    });
  }
  return *open;
}

Segment::Blob Segment::blob(SectionId index, SectionId first, std::size_t number) const {
  Lazy::BlobIndex& open = index == SectionId::path_index ? lazy_->paths : lazy_->tables;
  if (!open.opened) {
    ByteReader reader{lazy_->sections.checked(index)};
    open.chunks = open_column(reader.string());
    open.offsets = open_column(reader.string());
    if (open.chunks.size() != open.offsets.size()) throw_corrupt("an index is cut short");
    open.opened = true;
  }
  if (number >= open.chunks.size()) throw_corrupt("a dictionary or table does not exist");
  const SectionId id = section(first, static_cast<std::size_t>(open.chunks[number]));
  const std::string_view chunk = lazy_->sections.unchecked(id).bytes;
  const auto offset = static_cast<std::size_t>(open.offsets[number]);
  if (offset > chunk.size()) throw_corrupt("a dictionary or table lies outside its section");
  return {id, offset, chunk.substr(offset)};
}

const StringList& Segment::dictionary(std::size_t number) const {
  StringList& list = open_dictionary(number);
  if (list.checked()) return list;
  // Its head has a checksum of its own, which another list at its place would have, too.
  const Blob place = blob(SectionId::path_index, SectionId::strings, number);
  if (header().layout >= 2) lazy_->sections.check(place.section, place.offset, place.offset + list.head_bytes());
  located(place.section, [&] {
    list.check();
    return true;
  });
  return list;
}

// For an event's own text, which is checked against its hash.
StringList& Segment::open_dictionary(std::size_t number) const {
  std::unique_ptr<StringList>& open = lazy_->dictionaries[number];
  if (!open) {
    const Blob place = blob(SectionId::path_index, SectionId::strings, number);
    open = located(place.section, [&] { return std::make_unique<StringList>(place.bytes); });
  }
  return *open;
}

std::uint32_t Segment::path_count() const {
  if (!lazy_->path_names) lazy_->path_names.emplace(lazy_->sections.checked(SectionId::path_names));
  return lazy_->path_names->size();
}

std::string Segment::path_name(std::uint32_t number) const {
  static_cast<void>(path_count());
  std::string name;
  lazy_->path_names->append(number, name);
  return name;
}

std::optional<std::uint32_t> Segment::path_number(std::string_view path) const {
  if (lazy_->path_numbers.empty()) {
    std::unordered_map<std::string, std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < path_count(); ++i) numbers.emplace(path_name(i), i);
    lazy_->path_numbers = std::move(numbers);
  }
  const auto found = lazy_->path_numbers.find(std::string{path});
  if (found == lazy_->path_numbers.end()) return std::nullopt;
  return found->second;
}

std::uint32_t Segment::table_count() const {
  const std::string_view bytes = lazy_->sections.checked(SectionId::skeletons);
  if (!lazy_->skeletons) lazy_->skeletons.emplace(bytes);
  return lazy_->skeletons->size();
}

std::optional<WholeTable> Segment::whole_table() const {
  if (!header_->entries.contains(static_cast<std::uint32_t>(SectionId::whole_table))) return std::nullopt;
  if (!lazy_->whole) {
    ByteReader reader{lazy_->sections.checked(SectionId::whole_table)};
    const auto number = static_cast<std::uint32_t>(reader.varint());
    lazy_->whole = WholeTable{number, reader.varint()};
  }
  return lazy_->whole;
}

std::string_view Segment::whole_event(std::uint32_t index, std::string& scratch) const {
  const Table& whole = table(table_of(index));
  if (whole.skeleton != kWholeRecord || whole.slots.front().kind != SlotKind::text) {
    throw_corrupt("a table isn't that of whole events");
  }
  const std::uint64_t code = whole.slots.front().values[row_of(index)];
  return dictionary(whole.slots.front().path).get(static_cast<std::uint32_t>(code), scratch);
}

const Table& Segment::table(std::uint32_t number) const {
  const std::uint32_t count = table_count();
  if (number >= count) throw_corrupt("a table does not exist");
  lazy_->sound_tables.resize(count);
  if (!lazy_->sound_tables[number]) {
    static_cast<void>(lazy_->sections.checked(blob(SectionId::table_index, SectionId::tables, number).section));
    lazy_->sound_tables[number] = true;
  }
  return unchecked_table(number);
}

const Table& Segment::unchecked_table(std::uint32_t number) const {
  std::unique_ptr<Table>& open = lazy_->open_tables[number];
  if (!open) open = located(SectionId::tables, [&] { return open_table(number); });
  return *open;
}

std::unique_ptr<Table> Segment::open_table(std::uint32_t number) const {
  if (!lazy_->skeletons) lazy_->skeletons.emplace(lazy_->sections.unchecked(SectionId::skeletons).bytes);
  std::string skeleton;
  lazy_->skeletons->append(number, skeleton);
  return read_table(std::move(skeleton), blob(SectionId::table_index, SectionId::tables, number).bytes);
}

std::uint32_t Segment::table_of(std::uint32_t index) const {
  if (index >= size()) throw_corrupt("an event's number is out of range");
  return static_cast<std::uint32_t>(packed_rows(SectionId::shape_codes, lazy_->shape_codes, index, index + 1)[index]);
}

std::uint32_t Segment::row_of(std::uint32_t index) const {
  if (index >= size()) throw_corrupt("an event's number is out of range");
  const auto row = static_cast<std::uint32_t>(packed_rows(SectionId::rows, lazy_->rows, index, index + 1)[index]);
  if (row >= table(table_of(index)).rows) throw_corrupt("an event's row is out of range");
  return row;
}

const PackedView& Segment::tables_of(std::uint32_t first, std::uint32_t end) const {
  return packed_rows(SectionId::shape_codes, lazy_->shape_codes, first, end);
}

const PackedView& Segment::rows_of(std::uint32_t first, std::uint32_t end) const {
  return packed_rows(SectionId::rows, lazy_->rows, first, end);
}

void Segment::append_leaf(const Table& table, std::size_t number, std::uint32_t index, std::uint32_t row,
                          std::string& out) const {
  const TableSlot& slot = table.slots[number];
  switch (slot.kind) {
    case SlotKind::column: {
      const std::uint64_t code = packed(section(SectionId::column, slot.column), lazy_->columns.at(slot.column))[index];
      if (code == 0) throw_corrupt("an event lacks a value that its skeleton has");
      open_dictionary(slot.column).append(static_cast<std::uint32_t>(code - 1), out);
      return;
    }
    case SlotKind::event_key: event::append_guid(unchecked_key(index).data(), out); return;
    case SlotKind::event_time:
      text::append_plain_seconds(static_cast<std::uint32_t>(unchecked_time(index) / text::kSecond), out);
      return;
    case SlotKind::text: open_dictionary(slot.path).append(static_cast<std::uint32_t>(slot.values[row]), out); return;
    case SlotKind::guid:
      event::append_guid(reinterpret_cast<const std::uint8_t*>(slot.guids) + sizeof(event::Guid) * row, out);
      return;
    case SlotKind::seconds: text::append_plain_seconds(static_cast<std::uint32_t>(slot.values[row]), out); return;
    case SlotKind::integer: out += std::to_string(slot.values[row]); return;
  }
}

void Segment::append_event(std::uint32_t index, std::uint64_t hash_seed, std::string& out) const {
  const std::size_t begin = out.size();
  append_unchecked(index, out);
  if (XXH3_64bits_withSeed(out.data() + begin, out.size() - begin, hash_seed) != hash(index)) {
    throw_corrupt("segment " + std::to_string(header().number) + ", event " + std::to_string(index) +
                  ": its bytes are not those that were stored");
  }
}

void Segment::append_unchecked(std::uint32_t index, std::string& out) const {
  if (index >= size()) throw_corrupt("an event's number is out of range");
  const Table& table =
      unchecked_table(static_cast<std::uint32_t>(packed(SectionId::shape_codes, lazy_->shape_codes)[index]));
  const auto row = static_cast<std::uint32_t>(packed(SectionId::rows, lazy_->rows)[index]);
  if (row >= table.rows) throw_corrupt("an event's row is out of range");
  std::size_t copied = 0;
  for (std::size_t i = 0; i < table.marks.size(); ++i) {
    out.append(table.skeleton, copied, table.marks[i] - copied);
    copied = table.marks[i] + 1U;
    const bool quoted = event::is_quoted(static_cast<event::LeafType>(table.skeleton[table.marks[i]]));
    if (quoted) out.push_back('"');
    append_leaf(table, i, index, row, out);
    if (quoted) out.push_back('"');
  }
  out.append(table.skeleton, copied);
}

}  // namespace trailkeeper::store
