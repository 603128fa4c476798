// What a segment consists of, in memory and in the store. docs/format.md explains it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/field.h"
#include "text/timestamp.h"

namespace trailkeeper::store {

/// Written to the store's meta table; a store of a higher version is refused.
/// 2: values have seals, and tables sums (table_seal.h). 3: segments may keep some events whole (whole_table).
constexpr std::uint32_t kFormatVersion = 3;

/// The fields that have a column: a code for every event, in the segment's order, so that filters and counts read no
/// event. Append only within a format version.
constexpr std::array kColumnFields{
    event::Field::event_source,      event::Field::event_name,     event::Field::aws_region,
    event::Field::source_ip_address, event::Field::user_agent,     event::Field::error_code,
    event::Field::event_type,        event::Field::event_category, event::Field::recipient_account_id,
    event::Field::read_only,         event::Field::identity_type,  event::Field::arn,
    event::Field::principal_id,      event::Field::account_id,     event::Field::user_name,
    event::Field::access_key_id,     event::Field::invoked_by,     event::Field::issuer_arn,
    event::Field::issuer_user_name,
};
constexpr std::size_t kColumnCount = kColumnFields.size();

/// The column of a field, if it has one.
constexpr std::optional<std::size_t> column_of(event::Field field) {
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (kColumnFields[i] == field) return i;
  }
  return std::nullopt;
}

/// The parts of a segment's content.
enum class SectionId : std::uint32_t {
  times = 1,             ///< Column: eventTime of each event, ascending, in units of time_unit.
  keys = 2,              ///< 16 bytes an event: its deduplication key.
  hashes = 3,            ///< 8 bytes an event: XXH3 of its bytes, seeded with the store's seed.
  by_key = 4,            ///< Column: the events' numbers in ascending order of key.
  key_filter = 5,        ///< Bloom filter of the keys.
  shape_codes = 6,       ///< Column: which table holds the event's remaining values.
  rows = 7,              ///< Column: the row in that table.
  skeletons = 8,         ///< String list: the skeleton of each table.
  path_names = 9,        ///< String list: the path of each dictionary; the first kColumnCount are the columns'.
  path_index = 10,       ///< Columns: chunk and offset of each dictionary's string list.
  table_index = 11,      ///< Columns: chunk and offset of each table.
  column_counts = 12,    ///< For each column: events without a value, then events per code.
  postings = 13,         ///< For each column: which blocks of events hold which code.
  chunk_checksums = 14,  ///< XXH3 of each kChunkBytes of the sections that have pieces, in the header's order.
  contents = 15,         ///< For events that share their key with others: what they say, as a hash (SharedContent).
  arrivals = 16,         ///< When events came whose eventTime says little about it (OddArrival).
  whole_table = 17,      ///< Which table holds events that are kept whole, and how many bytes they have.
  column = 100,          ///< + number: column of codes plus one; 0 where the event lacks the field.
  strings = 1000,        ///< + chunk: string lists.
  tables = 2000000,      ///< + chunk: tables.
};

constexpr SectionId section(SectionId first, std::size_t number) {
  return static_cast<SectionId>(static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(number));
}

/// How many bytes of a section chunk_checksums covers with one checksum, so that a query for a few rows reads and
/// checks little.
constexpr std::size_t kChunkBytes = 4096;

/// Whether a section of `bytes` bytes is checked piece by piece (layout 2).
constexpr bool has_pieces(SectionId id, std::uint64_t bytes) {
  return id != SectionId::chunk_checksums && bytes > kChunkBytes;
}

/// Where a section lies: in which of the segment's values, and its XXH3; if it has pieces, that of their checksums.
struct SectionEntry {
  SectionId id;
  std::uint32_t part;
  std::uint64_t offset;
  std::uint64_t length;
  std::uint64_t checksum;
};

/// What is known about a segment without opening it.
struct SegmentHeader {
  std::uint64_t number = 0;
  std::uint64_t events = 0;
  text::Timestamp min_time = 0;
  text::Timestamp max_time = 0;
  std::uint64_t time_unit = 1000;  ///< Milliseconds a unit of the times column.
  std::uint64_t raw_bytes = 0;     ///< Of the events as they came.
  std::uint64_t stored_bytes = 0;
  std::uint64_t variants = 0;  ///< Events whose eventID was already known with another content.
  std::uint32_t parts = 0;
  std::vector<SectionEntry> sections;
  std::uint64_t layout = 2;  ///< 1: of earlier versions: only times and columns have pieces.
  /// When the first and the last of the events came, by this machine's clock; 0: unknown, as of older segments.
  text::Timestamp first_arrival = 0;
  text::Timestamp last_arrival = 0;

  /// Whether all events are known to have come at one time.
  [[nodiscard]] bool has_one_arrival() const { return first_arrival != 0 && first_arrival == last_arrival; }
};

/// When an event came for which is_odd_time() is true (store/odd_arrivals.h).
struct OddArrival {
  std::uint32_t event = 0;  ///< Its number in the segment.
  text::Timestamp arrival = 0;
};

/// The table of the events that are kept whole.
struct WholeTable {
  std::uint32_t number = 0;
  std::uint64_t bytes = 0;  ///< Of all of them, or more.
};

std::string encode_header(const SegmentHeader& header);

/// Throws StoreError(corrupt).
SegmentHeader decode_header(std::string_view bytes);

/// How a table gets one leaf of its events' skeleton; the number is stored.
enum class SlotKind : std::uint8_t {
  column = 0,      ///< From a column's dictionary.
  event_key = 1,   ///< The key, as a GUID.
  event_time = 2,  ///< From the times column.
  text = 3,        ///< A code in a path's dictionary.
  guid = 4,        ///< 16 bytes.
  seconds = 5,     ///< Seconds since the epoch.
  integer = 6,     ///< A number.
};

/// Escaped strings and numbers have dictionaries of their own besides their path's: the path with this mark after it.
constexpr char kEscapedMark = '\x06';
constexpr char kNumberMark = '\x05';

/// The skeleton of events that are kept whole, and the name of their dictionary, which has them as they came.
constexpr std::string_view kWholeRecord = "\x07";

/// Heap bytes that the tables and paths of a segment may take while it is built or read, about. What there is no room
/// for is kept whole, so that nothing depends on how many shapes and keys somebody invents.
constexpr std::size_t kMostPlanBytes = std::size_t{6} << 20;
/// What a table and a path take of it.
constexpr std::size_t plan_bytes_of_table(std::size_t skeleton, std::size_t slots) {
  return 256 + 2 * skeleton + 96 * slots;
}
constexpr std::size_t plan_bytes_of_path(std::size_t path) { return 512 + 2 * path; }

/// The most bytes of events kept whole that a merge puts into one segment: it holds them all at once.
constexpr std::uint64_t kMostWholeBytes = std::uint64_t{32} << 20;

}  // namespace trailkeeper::store
