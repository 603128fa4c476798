// Gathers events in memory and encodes them as a segment.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "event/record.h"
#include "store/content_hash.h"
#include "store/segments/bloom_filter.h"
#include "store/segments/segment_format.h"
#include "store/segments/segment_parts.h"
#include "store/segments/shape_table.h"
#include "store/segments/string_table.h"

namespace trailkeeper::store {

/// The key an event is deduplicated by: its eventID if that is a lower-case GUID, else a hash of the eventID's text,
/// else (no eventID) a hash of the event's bytes.
EventKey key_of_event_id(std::string_view event_id);

/// Builds one segment. Not thread-safe. Events are numbered in the order they are added.
class SegmentBuilder {
 public:
  /// `hash_seed` is the store's seed.
  explicit SegmentBuilder(std::uint64_t hash_seed);
  ~SegmentBuilder();
  SegmentBuilder(SegmentBuilder&&) noexcept;
  SegmentBuilder& operator=(SegmentBuilder&&) noexcept;

  /// Adds an event; copies all it needs. Records must come from one parser.
  void add(const event::Record& record);

  /// Reserves address space for `events` events, so that growing copies nothing.
  void reserve(std::size_t events);

  /// Starts the next segment; keeps the memory and what is known about the records' shapes, as far as that is little.
  void clear();

  /// Call it after that parser was reset: the shapes it gave are gone.
  void forget_shapes() { tables_by_shape_.clear(); }

  [[nodiscard]] std::size_t size() const { return times_.size(); }

  /// Heap bytes, about.
  [[nodiscard]] std::size_t memory() const;

  [[nodiscard]] std::span<const EventKey> keys() const { return keys_; }
  [[nodiscard]] std::span<const std::uint64_t> hashes() const { return hashes_; }
  [[nodiscard]] std::span<const text::Timestamp> times() const { return times_; }

  /// Appends the bytes of an event, as they came.
  void append_event(std::uint32_t index, std::string& out) const;

  /// Writes the events in `order` (numbers, ascending by time then key; others are left out) to `parts`. Fills in the
  /// header except its number and variants. `contents`: of events (by their number here) that share a key.
  SegmentHeader encode(std::span<const std::uint32_t> order, SegmentParts& parts,
                       std::span<const SharedContent> contents = {}) const;

 private:
  class Encoder;
  friend class Encoder;

  ShapeTable& table_of(const event::Shape& shape);
  std::uint32_t whole_table();
  // Both give the key if the eventID is a GUID.
  std::optional<EventKey> add_whole(const event::Record& record, ShapeTable& table, std::uint32_t* columns);
  std::optional<EventKey> add_leaves(const event::Record& record, ShapeTable& table, std::uint32_t* columns);
  std::unique_ptr<ShapeTable> plan_table(const event::Shape& shape);
  std::uint32_t path_number(std::string_view path);
  std::uint32_t code_of(SlotPlan& slot, std::string_view text);
  std::uint32_t* add_leaf(SlotPlan& slot, std::string_view text, std::uint32_t* cell, std::uint32_t* columns);
  std::uint32_t* add_identity(ShapeTable& table, const event::Record& record, std::uint32_t* cell,
                              std::uint32_t* columns);
  static void find_identity_run(const event::Shape& shape, ShapeTable& table);

  std::uint64_t hash_seed_;
  std::vector<std::unique_ptr<StringTable>> dictionaries_;  // The first kColumnCount are the columns'.
  std::vector<std::string> path_names_;
  boost::unordered_flat_map<std::string, std::uint32_t> path_numbers_;
  std::vector<std::unique_ptr<ShapeTable>> tables_;
  boost::unordered_flat_map<const event::Shape*, std::uint32_t> tables_by_shape_;
  std::uint32_t current_table_ = 0;
  std::uint32_t whole_table_ = ~std::uint32_t{0};  // Of events that are kept whole; none yet.
  std::uint64_t whole_bytes_ = 0;                  // Of these events.
  std::size_t fixed_memory_ = 0;                   // Of tables' plans and skeletons.

  std::vector<text::Timestamp> times_;
  std::vector<EventKey> keys_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> lengths_;
  std::vector<std::uint32_t> table_numbers_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint32_t> column_codes_;  // kColumnCount an event; code plus one, 0 for none.
  std::size_t cell_count_ = 0;
  std::string scratch_;

  /// An earlier event of the batch whose userIdentity had the bytes with this hash.
  struct KnownIdentity {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint32_t event = 0;
  };
  std::vector<KnownIdentity> identities_;  // Direct-mapped.
  std::uint64_t identity_seed_;
};

}  // namespace trailkeeper::store
