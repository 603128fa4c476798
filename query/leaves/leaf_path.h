// The values at a path in the events of a segment, each by the cheapest way.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/leaves/leaf_text.h"
#include "query/leaves/path_plan.h"
#include "query/shown_event.h"
#include "store/segments/segment.h"

namespace trailkeeper::query {

/// How a table's events have a value.
enum class LeafRoad : std::uint8_t {
  literal,  ///< All the same.
  code,     ///< A code in a dictionary.
  guid,     ///< 16 bytes: a GUID, or the event's key.
  seconds,  ///< A time in whole seconds.
  integer,  ///< A number that isn't negative.
  built,    ///< JSON made of several leaves.
};

/// One value of a table's events.
struct LeafValue {
  LeafRoad road = LeafRoad::literal;
  ValuePlan plan;
  std::uint32_t slot = 0;        ///< Of one leaf.
  std::uint32_t dictionary = 0;  ///< Road code.
  bool of_column = false;        ///< Road code: the code is the column's.
  bool escaped = false;          ///< Road code: the dictionary has it with JSON's escapes.
  std::string literal;           ///< Road literal: as it is shown.
};

/// What a table's events have at the path: at most one value, unless the path gives a list. Nulls are no values, except
/// in a list's text.
struct LeafTable {
  const store::Table* table = nullptr;
  std::vector<LeafValue> values;
};

/// A path in a segment. Values are the text that people are shown (display_text()). Throws StoreError(corrupt). Not
/// thread-safe.
class LeafPath {
 public:
  /// `shown`: null: as stored. The segment must outlive this.
  LeafPath(const store::Segment& segment, std::string path, std::shared_ptr<const ShownEvents> shown);

  [[nodiscard]] const store::Segment& segment() const { return segment_; }
  [[nodiscard]] bool gives_list() const { return list_; }
  /// Not of a table whose events are kept whole: it has no values that a plan could find.
  [[nodiscard]] const LeafTable& table(std::uint32_t number) const;

  /// The event must be put together to know its value: it is marked, or kept whole.
  [[nodiscard]] bool needs_event(std::uint32_t index) const {
    return is_marked(index) || (any_whole() && is_whole(segment_.table_of(index)));
  }

  /// What is stored isn't what is shown of the event.
  [[nodiscard]] bool is_marked(std::uint32_t index) const { return all_marked_ || (!marks_.empty() && marks_[index]); }
  /// As far as its table's events have any value at all, or may have one.
  [[nodiscard]] bool may_be_marked() const { return all_marked_ || !marks_.empty(); }
  [[nodiscard]] bool all_marked() const { return all_marked_; }
  /// How many events are marked.
  [[nodiscard]] std::uint32_t marked() const { return all_marked_ ? segment_.size() : marked_; }

  /// Whether a table's events are kept whole.
  [[nodiscard]] bool is_whole(std::uint64_t table) const { return whole_ && whole_->number == table; }
  [[nodiscard]] bool any_whole() const { return whole_.has_value(); }

  /// Whether a value with this text must be taken from the event as it is shown.
  [[nodiscard]] bool may_hide(std::string_view text) const { return hides_ && shown_->may_hide(path_, text); }
  /// Whether may_hide() is ever true.
  [[nodiscard]] bool hides_any() const { return hides_; }

  /// A string of a dictionary as it is shown, if nothing hides it; `scratch` may hold it.
  [[nodiscard]] std::string_view text_of_code(const LeafValue& value, std::uint32_t code, std::string& scratch) const;
  /// The code of an event's value on road code.
  [[nodiscard]] std::uint32_t code_of(const LeafTable& table, const LeafValue& value, EventRow place) const;
  /// The text of a value on any road.
  void append_text(const LeafTable& table, const LeafValue& value, EventRow place, std::string& out) const;
  /// JSON of all of a list's values.
  void append_list(const LeafTable& table, EventRow place, std::string& out) const;

  /// The values of an event that is put together: as JSON.
  void visit_shown(std::uint32_t index, const std::function<void(std::string_view)>& visit) const;

 private:
  [[nodiscard]] LeafValue open_value(const store::Table& table, ValuePlan plan) const;
  void find_marks();

  const store::Segment& segment_;
  std::string path_;
  std::shared_ptr<const ShownEvents> shown_;
  bool list_;
  std::optional<store::WholeTable> whole_;
  bool hides_ = false;
  bool all_marked_ = false;
  std::vector<bool> marks_;  // Empty: none is marked.
  std::uint32_t marked_ = 0;
  mutable std::vector<std::unique_ptr<LeafTable>> tables_;
  mutable std::string json_;
};

}  // namespace trailkeeper::query
