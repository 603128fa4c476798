#include "query/leaves/leaf_path.h"

#include <algorithm>
#include <stdexcept>

#include "event/reject.h"
#include "event/shape.h"
#include "query/json_path.h"
#include "store/error.h"
#include "text/json_text.h"

namespace trailkeeper::query {

using store::SlotKind;

namespace {

// What the keys of a path may be read as.
std::string plain_path(std::string_view path) {
  std::string plain;
  for (const char c : path) {
    if (c != '\\') plain += c;
  }
  return plain;
}

LeafRoad road_of(SlotKind kind) {
  switch (kind) {
    case SlotKind::column:
    case SlotKind::text: return LeafRoad::code;
    case SlotKind::event_key:
    case SlotKind::guid: return LeafRoad::guid;
    case SlotKind::event_time:
    case SlotKind::seconds: return LeafRoad::seconds;
    case SlotKind::integer: break;
  }
  return LeafRoad::integer;
}

}  // namespace

LeafPath::LeafPath(const store::Segment& segment, std::string path, std::shared_ptr<const ShownEvents> shown)
    : segment_(segment),
      path_(std::move(path)),
      shown_(std::move(shown)),
      list_(query::gives_list(path_)),
      whole_(segment.whole_table()),
      tables_(segment.table_count()) {
  if (shown_ != nullptr && !shown_->reveals()) find_marks();
}

void LeafPath::find_marks() {
  hides_ = shown_->may_hide_any(path_);
  // Keys may be confidential, too: then the path that is shown has a pseudonym in it, and that of the key itself is
  // shown nowhere.
  const std::string plain = plain_path(path_);
  all_marked_ = plain.find("org-") != std::string::npos || plain.find("promo-") != std::string::npos ||
                shown_->may_hide(path_, plain);
  if (all_marked_) return;
  const std::vector<std::uint32_t> marked = shown_->marked_events(segment_);
  if (marked.empty()) return;
  marks_.resize(segment_.size());
  for (const std::uint32_t index : marked) marks_.at(index) = true;
  marked_ = static_cast<std::uint32_t>(marked.size());
}

const LeafTable& LeafPath::table(std::uint32_t number) const {
  std::unique_ptr<LeafTable>& open = tables_.at(number);
  if (open) return *open;
  // An event that is taken for one without the value would be a wrong answer.
  if (is_whole(number)) throw std::logic_error("events that are kept whole are looked at one by one");
  auto table = std::make_unique<LeafTable>();
  table->table = &segment_.table(number);
  for (ValuePlan& plan : plan_path(*table->table, path_)) {
    if (plan.is_null() && !list_) continue;
    table->values.push_back(open_value(*table->table, std::move(plan)));
  }
  open = std::move(table);
  return *open;
}

LeafValue LeafPath::open_value(const store::Table& table, ValuePlan plan) const {
  LeafValue value;
  value.plan = std::move(plan);
  if (value.plan.is_literal()) {
    value.literal = display_text(value.plan.fixed.front());
  } else if (!value.plan.is_leaf()) {
    value.road = LeafRoad::built;
  } else {
    value.slot = value.plan.slots.front();
    const store::TableSlot& slot = table.slots[value.slot];
    value.road = road_of(slot.kind);
    value.of_column = slot.kind == SlotKind::column;
    value.dictionary = value.of_column ? slot.column : slot.path;
    value.escaped = table.skeleton[table.marks[value.slot]] == static_cast<char>(event::LeafType::escaped);
  }
  return value;
}

std::string_view LeafPath::text_of_code(const LeafValue& value, std::uint32_t code, std::string& scratch) const {
  const std::string_view stored = segment_.dictionary(value.dictionary).get(code, scratch);
  if (!value.escaped) return stored;
  std::string plain;
  text::append_unescaped(stored, plain);
  scratch.swap(plain);
  return scratch;
}

std::uint32_t LeafPath::code_of(const LeafTable& table, const LeafValue& value, EventRow place) const {
  if (!value.of_column) return static_cast<std::uint32_t>(table.table->slots[value.slot].values[place.row]);
  const std::uint64_t code = segment_.column_rows(value.dictionary, place.index, place.index + 1)[place.index];
  if (code == 0) store::throw_corrupt("an event lacks a value that its skeleton has");
  return static_cast<std::uint32_t>(code - 1);
}

void LeafPath::append_text(const LeafTable& table, const LeafValue& value, EventRow place, std::string& out) const {
  switch (value.road) {
    case LeafRoad::literal: out += value.literal; return;
    case LeafRoad::code: {
      std::string scratch;
      out += text_of_code(value, code_of(table, value, place), scratch);
      return;
    }
    case LeafRoad::guid:
    case LeafRoad::seconds:
    case LeafRoad::integer: append_leaf(segment_, *table.table, value.slot, place, out); return;
    case LeafRoad::built: break;
  }
  std::string json;
  append_value(segment_, *table.table, value.plan, place, json);
  text::append_minified(json, out);
}

void LeafPath::append_list(const LeafTable& table, EventRow place, std::string& out) const {
  std::string json;
  for (const LeafValue& value : table.values) {
    json += json.empty() ? '[' : ',';
    append_value(segment_, *table.table, value.plan, place, json);
  }
  json += ']';
  text::append_minified(json, out);
}

void LeafPath::visit_shown(std::uint32_t index, const std::function<void(std::string_view)>& visit) const {
  json_.clear();
  if (shown_ != nullptr) {
    shown_->append(segment_, index, json_);
  } else {
    json_ = std::string{segment_.whole_event(index, json_)};
  }
  const std::size_t size = json_.size();
  json_.append(event::kPadding, '\0');
  for_each_value_at({json_.data(), size}, path_, visit);
}

}  // namespace trailkeeper::query
