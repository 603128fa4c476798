#include "store/segment.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "event/guid.h"
#include "event/shape.h"
#include "store/byte_codec.h"
#include "store/environment.h"
#include "store/error.h"
#include "store/segment_parts.h"

namespace trailkeeper::store {
namespace {

// Of n random keys, one lies within the square root of n of its place: most within this of half a million.
constexpr std::uint32_t kFirstStep = 512;

// The key as a fraction of the largest.
double key_fraction(const EventKey& key) {
  double fraction = 0;
  double weight = 1.0 / 256;
  for (std::size_t i = 0; i < 6; ++i, weight /= 256) fraction += key[i] * weight;
  return fraction;
}

// What one of chunk_checksums covered in segments that were written before it became kChunkBytes.
constexpr std::size_t kFormerChunkBytes = 32768;

std::size_t chunks_of(std::string_view bytes, std::size_t chunk_bytes) {
  return (bytes.size() + chunk_bytes - 1) / chunk_bytes;
}

}  // namespace

struct Segment::Lazy {
  struct BlobIndex {
    PackedView chunks;
    PackedView offsets;
    bool opened = false;
  };
  OpenColumn times;
  OpenColumn by_key;
  OpenColumn shape_codes;
  OpenColumn rows;
  std::array<OpenColumn, kColumnCount> columns;
  std::unordered_map<std::uint32_t, std::string_view> chunk_checksums;  // By section.
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
};

OpenedHeader::OpenedHeader(SegmentHeader decoded) : header(std::move(decoded)) {
  entries.reserve(header.sections.size());
  for (std::size_t i = 0; i < header.sections.size(); ++i) {
    entries.emplace(static_cast<std::uint32_t>(header.sections[i].id), i);
  }
}

Segment::Segment(std::shared_ptr<const OpenedHeader> header, PartLoader load_part, bool mapped)
    : header_(std::move(header)), load_part_(std::move(load_part)), mapped_(mapped), lazy_(std::make_unique<Lazy>()) {}

Segment::~Segment() = default;
Segment::Segment(Segment&&) noexcept = default;
Segment& Segment::operator=(Segment&&) noexcept = default;

std::string_view Segment::section_bytes(SectionId id, bool check) const {
  const auto found = header_->entries.find(static_cast<std::uint32_t>(id));
  if (found == header_->entries.end()) return {};
  const SectionEntry& entry = header().sections[found->second];
  const std::string_view part = load_part_(entry.part);
  if (part.size() < kPackPadding || entry.offset > part.size() - kPackPadding ||
      entry.length > part.size() - kPackPadding - entry.offset) {
    throw_corrupt("segment " + std::to_string(header().number) + " lacks bytes of a section");
  }
  const std::string_view bytes = part.substr(entry.offset, entry.length);
  if (check && checksum(bytes) != entry.checksum) {
    throw_corrupt("segment " + std::to_string(header().number) + ", section " +
                  std::to_string(static_cast<std::uint32_t>(id)) + ": its checksum is wrong");
  }
  return bytes;
}

void Segment::verify() const {
  for (const SectionEntry& entry : header().sections) static_cast<void>(section_bytes(entry.id, true));
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
  if (!mapped_) return;
  for (std::uint32_t part = 0; part < header().parts; ++part) Environment::forget(load_part_(part));
}

const PackedView& Segment::packed(SectionId id, OpenColumn& column, bool check) const {
  if (!column.opened || (check && !column.checked)) {
    column.view = located(id, [&] { return open_column(section_bytes(id, check)); });
    if (column.view.size() != header().events) {
      throw_corrupt("segment " + std::to_string(header().number) + ": a column's length is wrong");
    }
    column.opened = true;
    column.checked = check;
  }
  return column.view;
}

// The checksums of a section's chunks, one behind the other.
std::string_view Segment::chunk_checksums(SectionId id) const {
  if (lazy_->chunk_checksums.empty()) {
    ByteReader reader{section_bytes(SectionId::chunk_checksums, true)};
    while (!reader.empty()) {
      const auto number = static_cast<std::uint32_t>(reader.varint());
      const auto count = static_cast<std::size_t>(reader.varint());
      lazy_->chunk_checksums.emplace(number, reader.bytes(count * sizeof(std::uint64_t)));
    }
  }
  const auto found = lazy_->chunk_checksums.find(static_cast<std::uint32_t>(id));
  return found == lazy_->chunk_checksums.end() ? std::string_view{} : found->second;
}

const PackedView& Segment::packed_rows(SectionId id, OpenColumn& column, std::uint32_t first, std::uint32_t end) const {
  const PackedView& view = packed(id, column, false);
  if (column.checked || first >= end) return view;
  const std::string_view bytes = section_bytes(id, false);
  const bool is_new = column.sound_chunks.empty();
  if (is_new) column.sound_chunks.resize(chunk_checksums(id).size() / sizeof(std::uint64_t));
  const std::size_t chunks = column.sound_chunks.size();
  const std::size_t chunk_bytes = chunks == chunks_of(bytes, kChunkBytes) ? kChunkBytes : kFormerChunkBytes;
  if (chunks != chunks_of(bytes, chunk_bytes)) throw_corrupt("a column's checksums are missing");
  const auto check = [&](std::size_t chunk) {
    if (column.sound_chunks[chunk]) return;
    const std::string_view sum = chunk_checksums(id).substr(chunk * sizeof(std::uint64_t), sizeof(std::uint64_t));
    if (ByteReader{sum}.fixed<std::uint64_t>() != checksum(bytes.substr(chunk * chunk_bytes, chunk_bytes))) {
      throw_corrupt("segment " + std::to_string(header().number) + ", section " +
                    std::to_string(static_cast<std::uint32_t>(id)) + ": a chunk's checksum is wrong");
    }
    column.sound_chunks[chunk] = true;
  };
  if (is_new) check(0);  // The column's header.
  const auto values = static_cast<std::size_t>(bytes.size() - packed_bytes(view.size(), view.width()) - kPackPadding);
  const std::size_t begin_byte = values + static_cast<std::size_t>(std::uint64_t{first} * view.width() / 8);
  const std::size_t end_byte = values + packed_bytes(end, view.width());
  for (std::size_t chunk = begin_byte / chunk_bytes; chunk * chunk_bytes < end_byte; ++chunk) check(chunk);
  return view;
}

const PackedView& Segment::column_rows(std::size_t column, std::uint32_t first, std::uint32_t end) const {
  return packed_rows(section(SectionId::column, column), lazy_->columns.at(column), first, end);
}

event::Timestamp Segment::time(std::uint32_t index) const { return time_at(index, true); }

event::Timestamp Segment::time_at(std::uint32_t index, bool check) const {
  const PackedView& times = check ? packed_rows(SectionId::times, lazy_->times, index, index + 1)
                                  : packed(SectionId::times, lazy_->times, false);
  if (index >= times.size()) throw_corrupt("an event's number is out of range");
  return header().min_time + static_cast<event::Timestamp>(times[index] * header().time_unit);
}

std::uint32_t Segment::first_at(event::Timestamp time) const {
  if (time <= header().min_time) return 0;
  if (time > header().max_time) return size();
  std::uint32_t low = 0;
  std::uint32_t high = size();
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (time_at(middle, false) < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  // Times ascend, so it is the two around the place that have to be sound.
  const bool here = low == size() || this->time(low) >= time;
  if (!here || (low > 0 && this->time(low - 1) >= time)) throw_corrupt("times of a segment don't ascend");
  return low;
}

EventKey Segment::key(std::uint32_t index) const {
  const std::string_view keys = section_bytes(SectionId::keys, false);
  EventKey key;
  if ((static_cast<std::size_t>(index) + 1) * key.size() > keys.size()) throw_corrupt("an event has no key");
  std::memcpy(key.data(), keys.data() + static_cast<std::size_t>(index) * key.size(), key.size());
  return key;
}

std::uint64_t Segment::hash(std::uint32_t index) const {
  const std::string_view hashes = section_bytes(SectionId::hashes, false);
  std::uint64_t hash = 0;
  if ((static_cast<std::size_t>(index) + 1) * sizeof hash > hashes.size()) throw_corrupt("an event has no hash");
  std::memcpy(&hash, hashes.data() + static_cast<std::size_t>(index) * sizeof hash, sizeof hash);
  return hash;
}

bool Segment::may_contain(const EventKey& key) const {
  if (!lazy_->key_filter) {
    lazy_->key_filter =
        located(SectionId::key_filter, [&] { return BloomFilter{section_bytes(SectionId::key_filter, false)}; });
  }
  return lazy_->key_filter->may_contain(key);
}

// No section check here: the filter and the key order are only paths to an event, which is checked itself; a lookup
// must not read megabytes. Damage to them is found by verify().
Segment::KeyRange Segment::range_of(const EventKey& key) const {
  if (size() == 0 || !may_contain(key)) return {};
  const PackedView& by_key = packed(SectionId::by_key, lazy_->by_key, false);
  const auto key_at = [&](std::uint32_t place) { return this->key(static_cast<std::uint32_t>(by_key[place])); };
  const auto before = [&](std::uint32_t place) { return key_at(place) < key; };
  // Random keys lie about where their first bytes say: look there first, and double the distance until they are
  // between.
  std::uint32_t low = 0;
  std::uint32_t high = size();
  std::uint32_t place = static_cast<std::uint32_t>(key_fraction(key) * size());
  place = std::min(place, size() - 1);
  for (std::uint32_t step = kFirstStep; low < high; step *= 2) {
    if (before(place)) {
      low = place + 1;
      if (high - low <= step) break;
      place = low + step;
      if (!before(place)) {
        high = place;
        break;
      }
    } else {
      high = place;
      if (high - low <= step) break;
      place = high - step;
      if (before(place)) {
        low = place + 1;
        break;
      }
    }
  }
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (before(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  // Usually none or one: looked for by steps that double, too.
  KeyRange range{low, low};
  std::uint32_t step = 1;
  while (range.end < size() && key_at(range.end) == key) {
    low = range.end + 1;
    range.end = size() - range.end > step ? range.end + step : size();
    step *= 2;
  }
  high = range.end;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (key_at(middle) == key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  range.end = low;
  return range;
}

std::uint32_t Segment::event_at(std::uint32_t place) const {
  return static_cast<std::uint32_t>(packed(SectionId::by_key, lazy_->by_key, false)[place]);
}

std::vector<std::uint32_t> Segment::find(const EventKey& key) const {
  const KeyRange range = range_of(key);
  std::vector<std::uint32_t> found;
  for (std::uint32_t place = range.begin; place < range.end; ++place) found.push_back(event_at(place));
  std::sort(found.begin(), found.end());
  return found;
}

const PackedView& Segment::column(std::size_t column) const { return packed_column(column, true); }

const PackedView& Segment::packed_column(std::size_t column, bool check) const {
  return packed(section(SectionId::column, column), lazy_->columns.at(column), check);
}

PackedView Segment::column_counts(std::size_t column) const {
  if (lazy_->counts.empty()) {
    ByteReader reader{section_bytes(SectionId::column_counts, true)};
    for (std::size_t i = 0; i < kColumnCount; ++i) lazy_->counts.push_back(open_column(reader.string()));
  }
  return lazy_->counts.at(column);
}

const BlockPostings& Segment::postings(std::size_t column) const {
  std::optional<BlockPostings>& open = lazy_->postings.at(column);
  if (!open) {
    open = located(SectionId::postings, [&] {
      ByteReader reader{section_bytes(SectionId::postings, false)};
      const auto head_checksum = reader.fixed<std::uint64_t>();
      const std::string_view bytes_of_head = reader.string();
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

std::string_view Segment::blob(SectionId index, SectionId first, std::size_t number) const {
  Lazy::BlobIndex& open = index == SectionId::path_index ? lazy_->paths : lazy_->tables;
  if (!open.opened) {
    ByteReader reader{section_bytes(index, true)};
    open.chunks = open_column(reader.string());
    open.offsets = open_column(reader.string());
    if (open.chunks.size() != open.offsets.size()) throw_corrupt("an index is cut short");
    open.opened = true;
  }
  if (number >= open.chunks.size()) throw_corrupt("a dictionary or table does not exist");
  const std::string_view chunk = section_bytes(section(first, static_cast<std::size_t>(open.chunks[number])), false);
  const auto offset = static_cast<std::size_t>(open.offsets[number]);
  if (offset > chunk.size()) throw_corrupt("a dictionary or table lies outside its section");
  return chunk.substr(offset);
}

const StringList& Segment::dictionary(std::size_t number) const {
  StringList& list = open_dictionary(number);
  located(SectionId::strings, [&] {
    list.check();
    return true;
  });
  return list;
}

// For an event's own text, which is checked against its hash.
const StringList& Segment::unchecked_dictionary(std::size_t number) const { return open_dictionary(number); }

StringList& Segment::open_dictionary(std::size_t number) const {
  std::unique_ptr<StringList>& open = lazy_->dictionaries[number];
  if (!open) {
    open = located(SectionId::strings, [&] {
      return std::make_unique<StringList>(blob(SectionId::path_index, SectionId::strings, number));
    });
  }
  return *open;
}

std::uint32_t Segment::path_count() const {
  if (!lazy_->path_names) lazy_->path_names.emplace(section_bytes(SectionId::path_names, true));
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
    for (std::uint32_t i = 0; i < path_count(); ++i) lazy_->path_numbers.emplace(path_name(i), i);
  }
  const auto found = lazy_->path_numbers.find(std::string{path});
  if (found == lazy_->path_numbers.end()) return std::nullopt;
  return found->second;
}

std::uint32_t Segment::table_count() const {
  if (!lazy_->skeletons) lazy_->skeletons.emplace(section_bytes(SectionId::skeletons, true));
  return lazy_->skeletons->size();
}

const Table& Segment::table(std::uint32_t number) const {
  std::unique_ptr<Table>& open = lazy_->open_tables[number];
  if (!open) open = located(SectionId::tables, [&] { return open_table(number); });
  return *open;
}

std::unique_ptr<Table> Segment::open_table(std::uint32_t number) const {
  if (!lazy_->skeletons) lazy_->skeletons.emplace(section_bytes(SectionId::skeletons, false));
  auto table = std::make_unique<Table>();
  lazy_->skeletons->append(number, table->skeleton);
  for (std::size_t i = 0; i < table->skeleton.size(); ++i) {
    if (event::is_leaf_mark(table->skeleton[i])) table->marks.push_back(static_cast<std::uint32_t>(i));
  }
  ByteReader reader{blob(SectionId::table_index, SectionId::tables, number)};
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

std::uint32_t Segment::table_of(std::uint32_t index) const {
  const PackedView& codes = packed(SectionId::shape_codes, lazy_->shape_codes, false);
  if (index >= codes.size()) throw_corrupt("an event's number is out of range");
  return static_cast<std::uint32_t>(codes[index]);
}

std::uint32_t Segment::row_of(std::uint32_t index) const {
  const PackedView& rows = packed(SectionId::rows, lazy_->rows, false);
  if (index >= rows.size()) throw_corrupt("an event's number is out of range");
  return static_cast<std::uint32_t>(rows[index]);
}

void Segment::append_leaf(const Table& table, std::size_t number, std::uint32_t index, std::uint32_t row,
                          std::string& out) const {
  const TableSlot& slot = table.slots[number];
  switch (slot.kind) {
    case SlotKind::column: {
      const std::uint64_t code = packed_column(slot.column, false)[index];
      if (code == 0) throw_corrupt("an event lacks a value that its skeleton has");
      unchecked_dictionary(slot.column).append(static_cast<std::uint32_t>(code - 1), out);
      return;
    }
    case SlotKind::event_key: event::append_guid(key(index).data(), out); return;
    case SlotKind::event_time:
      event::append_plain_seconds(static_cast<std::uint32_t>(time_at(index, false) / event::kSecond), out);
      return;
    case SlotKind::text:
      unchecked_dictionary(slot.path).append(static_cast<std::uint32_t>(slot.values[row]), out);
      return;
    case SlotKind::guid:
      event::append_guid(reinterpret_cast<const std::uint8_t*>(slot.guids) + sizeof(event::Guid) * row, out);
      return;
    case SlotKind::seconds: event::append_plain_seconds(static_cast<std::uint32_t>(slot.values[row]), out); return;
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
  const Table& table = this->table(table_of(index));
  const std::uint32_t row = row_of(index);
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
