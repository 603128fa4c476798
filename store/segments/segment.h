// Reads a segment in place.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/content_hash.h"
#include "store/error.h"
#include "store/segments/bit_pack.h"
#include "store/segments/block_postings.h"
#include "store/segments/bloom_filter.h"
#include "store/segments/segment_format.h"
#include "store/segments/segment_sections.h"
#include "store/segments/segment_table.h"
#include "store/segments/string_list.h"

namespace trailkeeper::store {

/// A view of one segment; sections are opened, and whatever is read of them is checked against its checksum, when first
/// used. Valid as long as the read transaction it came from. Not thread-safe: one for each thread. Every function
/// throws StoreError(corrupt) rather than return something that wasn't stored, or nothing in place of what was.
class Segment {
 public:
  /// `mapped`: the parts' bytes lie in a file's shared mapping.
  Segment(std::shared_ptr<const OpenedHeader> header, PartLoader load_part, bool mapped);
  Segment(SegmentHeader header, PartLoader load_part)
      : Segment(std::make_shared<const OpenedHeader>(std::move(header)), std::move(load_part), false) {}

  [[nodiscard]] const SegmentHeader& header() const { return header_->header; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(header().events); }

  /// What store/segments/segment_marks.h decodes; empty: none was kept. Valid as long as the read transaction.
  [[nodiscard]] std::string_view marks() const { return marks_; }
  void set_marks(std::string_view marks) { marks_ = marks; }

  // Events are numbered from 0 by ascending time, then key.
  [[nodiscard]] text::Timestamp time(std::uint32_t index) const;
  /// The first event at or after `time`; size() if there is none.
  [[nodiscard]] std::uint32_t first_at(text::Timestamp time) const;
  [[nodiscard]] EventKey key(std::uint32_t index) const;
  [[nodiscard]] std::uint64_t hash(std::uint32_t index) const;

  /// False if the segment certainly has no event with the key.
  [[nodiscard]] bool may_contain(const EventKey& key) const;
  /// The events with the key: none, one, or several variants.
  [[nodiscard]] std::vector<std::uint32_t> find(const EventKey& key) const;

  // Events that share a key, however many, are told apart without putting them together
  // (store/segments/segment_contents.cpp). How many events have the key, and the number of one of them.
  struct KeyMatch {
    std::uint32_t events = 0;
    std::uint32_t one = 0;
  };
  [[nodiscard]] KeyMatch match(const EventKey& key) const;
  /// Whether the contents of all events with the key are known; segments of older versions know none.
  [[nodiscard]] bool knows_contents(const EventKey& key) const;
  /// Events with the key whose known content has the hash: none or one, unless hashes collide.
  [[nodiscard]] std::vector<std::uint32_t> find_content(const EventKey& key, const ContentHash& hash) const;
  /// All known contents, in order of key, then hash.
  [[nodiscard]] std::vector<SharedContent> shared_contents() const;

  /// The arrivals of events whose eventTime says little about it, as far as they are known and differ from what the
  /// header says about all; by ascending number.
  [[nodiscard]] std::vector<OddArrival> odd_arrivals() const;

  /// Codes plus one of a column (index into kColumnFields); 0: the event lacks the field.
  [[nodiscard]] const PackedView& column(std::size_t column) const;
  /// The same for the events [first, end) only: for a large segment, far fewer bytes are read and checked. The view
  /// covers all events, but only those that were ever asked for are checked.
  [[nodiscard]] const PackedView& column_rows(std::size_t column, std::uint32_t first, std::uint32_t end) const;
  /// How many events have each code plus one of a column.
  [[nodiscard]] PackedView column_counts(std::size_t column) const;
  [[nodiscard]] const BlockPostings& postings(std::size_t column) const;

  /// The strings of a dictionary; column k's is dictionary k.
  [[nodiscard]] const StringList& dictionary(std::size_t number) const;
  [[nodiscard]] std::optional<std::uint32_t> path_number(std::string_view path) const;
  [[nodiscard]] std::uint32_t path_count() const;
  [[nodiscard]] std::string path_name(std::uint32_t number) const;

  [[nodiscard]] std::uint32_t table_count() const;
  /// The table of the events that are kept whole, if there is one: their paths aren't among the segment's, nor their
  /// values in dictionaries, except for columns.
  [[nodiscard]] std::optional<WholeTable> whole_table() const;
  /// The bytes of an event of it, from a dictionary that was checked; `scratch` may hold them.
  std::string_view whole_event(std::uint32_t index, std::string& scratch) const;
  [[nodiscard]] const Table& table(std::uint32_t number) const;
  [[nodiscard]] std::uint32_t table_of(std::uint32_t index) const;
  /// Its row in that table; less than the table's rows.
  [[nodiscard]] std::uint32_t row_of(std::uint32_t index) const;
  /// The same for the events [first, end), like column_rows(). A row may be one that its table doesn't have.
  [[nodiscard]] const PackedView& tables_of(std::uint32_t first, std::uint32_t end) const;
  [[nodiscard]] const PackedView& rows_of(std::uint32_t first, std::uint32_t end) const;

  /// Appends an event's bytes as they came, and checks them against the hash kept since then.
  void append_event(std::uint32_t index, std::uint64_t hash_seed, std::string& out) const;

  /// As append_event, without that check: for comparing events.
  void append_unchecked(std::uint32_t index, std::string& out) const;

  /// Checks every section against its checksum; reports each that is wrong to `damaged`, or throws at the first.
  void verify(const std::function<void(const StoreError&)>& damaged) const;
  void verify() const;

  /// Lets the kernel take the memory pages of a mapped segment: after reading much of it once.
  void forget() const;

  /// Gives back what was opened: what table() and dictionary() returned is gone, and is opened anew.
  void close() const;

 private:
  /// Places in the order by key.
  struct KeyRange {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  [[nodiscard]] KeyRange range_of(const EventKey& key) const;
  [[nodiscard]] std::uint32_t event_at(std::uint32_t place) const;
  [[nodiscard]] KeyRange contents_range(const EventKey& key) const;
  [[nodiscard]] std::uint32_t content_count() const;
  [[nodiscard]] SharedContent content_at(std::uint32_t place) const;

  struct OpenColumn {
    PackedView view;
    const SegmentSections::Section* section = nullptr;
    bool header_checked = false;
  };
  struct Blob {
    SectionId section;
    std::size_t offset;
    std::string_view bytes;
  };
  [[nodiscard]] const PackedView& packed(SectionId id, OpenColumn& column) const;
  [[nodiscard]] const PackedView& packed_rows(SectionId id, OpenColumn& column, std::uint32_t first,
                                              std::uint32_t end) const;
  [[nodiscard]] text::Timestamp unchecked_time(std::uint32_t index) const;
  [[nodiscard]] const EventKey& unchecked_key(std::uint32_t index) const;
  [[nodiscard]] SegmentSections& sections() const;
  [[nodiscard]] StringList& open_dictionary(std::size_t number) const;
  [[nodiscard]] const Table& unchecked_table(std::uint32_t number) const;
  template <typename Open>
  auto located(SectionId id, Open&& open) const;
  [[nodiscard]] Blob blob(SectionId index, SectionId first, std::size_t number) const;
  [[nodiscard]] std::unique_ptr<Table> open_table(std::uint32_t number) const;
  void append_leaf(const Table& table, std::size_t slot, std::uint32_t index, std::uint32_t row,
                   std::string& out) const;

  struct Lazy;
  std::shared_ptr<const OpenedHeader> header_;
  bool mapped_;
  std::string_view marks_;
  std::unique_ptr<Lazy> lazy_;

 public:
  ~Segment();
  Segment(Segment&&) noexcept;
  Segment& operator=(Segment&&) noexcept;
};

}  // namespace trailkeeper::store
