#include "query/verdicts/superseded.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "event/field.h"
#include "event/guid.h"
#include "query/columns/event_fields.h"
#include "query/json_path.h"
#include "query/path_tests.h"
#include "store/byte_order.h"
#include "store/read_limit.h"
#include "store/segments/segment_builder.h"
#include "text/json_text.h"

namespace trailkeeper::query {

using event::Field;
using store::Segment;
using store::SlotKind;

namespace {

// Events with one ID, or one request's: more aren't one action.
constexpr std::size_t kMostOriginals = 16;

using Visit = std::function<void(std::uint32_t index, std::string_view text)>;

bool has_path(const Segment& segment, std::string_view path) {
  return segment.whole_table() || segment.path_number(path) ||
         segment.path_number(std::string{path} + store::kEscapedMark);
}

/// The texts that a segment's events have at a path without a column.
class PathTexts {
 public:
  PathTexts(const Segment& segment, std::string_view path)
      : segment_(segment),
        path_(path),
        whole_(segment.whole_table()),
        plain_(segment.path_number(path)),
        escaped_(segment.path_number(std::string{path} + store::kEscapedMark)) {}

  void for_each(const Visit& visit) {
    if (!plain_ && !escaped_ && !whole_) return;
    std::vector<const store::TableSlot*> slots(segment_.table_count(), nullptr);
    for (std::uint32_t number = 0; number < slots.size(); ++number) slots[number] = slot_of(segment_.table(number));
    constexpr std::uint32_t kBlock = 1024;
    for (std::uint32_t index = 0; index < segment_.size(); ++index) {
      if (index % kBlock == 0) store::check_read_limit();
      const std::uint32_t table = segment_.table_of(index);
      if (whole_ && whole_->number == table) {
        if (const auto found = whole_text(index)) visit(index, *found);
        continue;
      }
      const store::TableSlot* const slot = slots[table];
      if (slot != nullptr) visit(index, text(*slot, segment_.row_of(index)));
    }
  }

 private:
  [[nodiscard]] const store::TableSlot* slot_of(const store::Table& table) const {
    for (const store::TableSlot& slot : table.slots) {
      if (slot.kind != SlotKind::text && slot.kind != SlotKind::guid) continue;
      if (slot.path == plain_ || slot.path == escaped_) return &slot;
    }
    return nullptr;
  }

  // As far as it is a string.
  std::optional<std::string> whole_text(std::uint32_t index) {
    const std::string value = json_at(WholeJson{segment_, index}.view(), path_);
    if (!value.starts_with('"')) return std::nullopt;
    return display_text(value);
  }

  std::string_view text(const store::TableSlot& slot, std::uint32_t row) {
    text_.clear();
    if (slot.kind == SlotKind::guid) {
      event::append_guid(reinterpret_cast<const std::uint8_t*>(slot.guids) + sizeof(event::Guid) * row, text_);
      return text_;
    }
    const auto code = static_cast<std::uint32_t>(slot.values[row]);
    segment_.dictionary(slot.path).append(code, text_);
    if (slot.path == plain_) return text_;
    const std::string escaped = std::exchange(text_, {});
    text::append_unescaped(escaped, text_);
    return text_;
  }

  const Segment& segment_;
  std::string_view path_;
  std::optional<store::WholeTable> whole_;
  std::optional<std::uint32_t> plain_;
  std::optional<std::uint32_t> escaped_;
  std::string text_;
};

// What an event and its addendum have in common.
using Action = std::tuple<std::string, std::string, std::string>;

Action action_of(const EventPlace& event) {
  const EventFields fields{*event.segment};
  std::string account = fields.text(Field::recipient_account_id, event.index);
  if (account.empty()) account = fields.text(Field::account_id, event.index);
  return {std::move(account), fields.text(Field::event_source, event.index),
          fields.text(Field::event_name, event.index)};
}

}  // namespace

bool has_addenda(const Segment& segment) {
  return segment.size() > 0 && (has_path(segment, event::field_path(Field::addendum_original_event_id)) ||
                                has_path(segment, event::field_path(Field::addendum_original_request_id)));
}

/// Joins addenda with their originals.
class SupersededEvents::Finder {
 public:
  explicit Finder(const store::Snapshot& snapshot) : snapshot_(snapshot) {}

  std::vector<Group> groups() {
    for (const Segment& segment : snapshot_.segments()) find_addenda(segment);
    std::erase_if(by_request_, [&](const auto& entry) { return named_.contains(node_key(entry.second)); });
    join_by_id();
    join_by_request();
    return finish();
  }

 private:
  using NodeKey = std::pair<std::uint64_t, std::uint32_t>;
  static NodeKey node_key(const EventPlace& event) { return {event.segment->header().number, event.index}; }

  void find_addenda(const Segment& segment) {
    if (!has_addenda(segment)) return;
    PathTexts ids{segment, event::field_path(Field::addendum_original_event_id)};
    ids.for_each([&](std::uint32_t index, std::string_view id) {
      if (id.empty()) return;
      const EventPlace addendum{&segment, index};
      named_.insert(node_key(addendum));
      by_id_.emplace_back(store::key_of_event_id(id), addendum);
    });
    PathTexts requests{segment, event::field_path(Field::addendum_original_request_id)};
    requests.for_each([&](std::uint32_t index, std::string_view id) {
      if (!id.empty()) by_request_.emplace(std::string{id}, EventPlace{&segment, index});
    });
  }

  void join_by_id() {
    for (const auto& [key, addendum] : by_id_) {
      store::check_read_limit();
      std::vector<EventPlace> originals;
      std::size_t all = 0;
      for (const Segment& segment : snapshot_.segments()) {
        if (segment.size() == 0 || !segment.may_contain(key)) continue;
        all += segment.match(key).events;
        if (all > kMostOriginals) break;
        for (const std::uint32_t index : segment.find(key)) originals.push_back({&segment, index});
      }
      if (all <= kMostOriginals) join(addendum, originals);
    }
  }

  // Only where an addendum names no event: every event's request ID is looked at then.
  void join_by_request() {
    if (by_request_.empty()) return;
    std::map<std::string, std::vector<EventPlace>, std::less<>> originals;
    for (const auto& [request, addendum] : by_request_) originals[request];
    for (const Segment& segment : snapshot_.segments()) {
      if (segment.size() == 0) continue;
      PathTexts{segment, event::field_path(Field::request_id)}.for_each([&](std::uint32_t index, std::string_view id) {
        const auto found = originals.find(id);
        if (found != originals.end() && found->second.size() <= kMostOriginals) {
          found->second.push_back({&segment, index});
        }
      });
    }
    for (const auto& [request, addendum] : by_request_) {
      std::vector<EventPlace>& of_request = originals[request];
      if (of_request.size() <= kMostOriginals) join(addendum, of_request);
    }
  }

  void join(const EventPlace& addendum, const std::vector<EventPlace>& originals) {
    if (originals.empty()) return;
    const Action action = action_of(addendum);
    for (const EventPlace& original : originals) {
      if (original == addendum || action_of(original) != action) continue;
      const std::size_t older = node(original);
      const std::size_t newer = node(addendum);
      is_original_[older] = true;
      parents_[root(older)] = root(newer);
    }
  }

  std::size_t node(const EventPlace& event) {
    const auto [found, is_new] = nodes_.try_emplace(node_key(event), places_.size());
    if (is_new) {
      parents_.push_back(places_.size());
      places_.push_back(event);
      is_original_.push_back(false);
    }
    return found->second;
  }

  std::size_t root(std::size_t node) {
    while (parents_[node] != node) node = parents_[node] = parents_[parents_[node]];
    return node;
  }

  // The newest: an addendum that no other names; of several, and in a circle, the last by time, key and bytes.
  std::vector<Group> finish() {
    std::map<std::size_t, std::vector<std::size_t>> members;
    for (std::size_t i = 0; i < places_.size(); ++i) members[root(i)].push_back(i);
    const auto rank = [this](std::size_t i) {
      const EventPlace& event = places_[i];
      return std::tuple{!is_original_[i], event.segment->time(event.index), event.segment->key(event.index)};
    };
    std::vector<Group> groups;
    for (auto& [first, of_group] : members) {
      std::sort(of_group.begin(), of_group.end(), [&](std::size_t a, std::size_t b) { return rank(a) > rank(b); });
      for (auto begin = of_group.begin(); begin != of_group.end();) {
        const auto end = std::find_if(begin, of_group.end(), [&](std::size_t i) { return rank(i) != rank(*begin); });
        last_bytes_first({begin, end});
        begin = end;
      }
      Group& group = groups.emplace_back();
      for (const std::size_t i : of_group) group.push_back(places_[i]);
    }
    return groups;
  }

  // Of contents that share an eventID and a time; their hashes are of another order in each store.
  void last_bytes_first(std::span<std::size_t> nodes) const {
    if (nodes.size() < 2) return;
    const std::vector<std::size_t> unordered(nodes.begin(), nodes.end());
    const auto order =
        store::order_by_bytes(static_cast<std::uint32_t>(nodes.size()), [&](std::uint32_t i, std::string& out) {
          const EventPlace& event = places_[unordered[i]];
          event.segment->append_unchecked(event.index, out);
        });
    std::transform(order.rbegin(), order.rend(), nodes.begin(), [&](std::uint32_t i) { return unordered[i]; });
  }

  const store::Snapshot& snapshot_;
  std::vector<std::pair<store::EventKey, EventPlace>> by_id_;
  std::multimap<std::string, EventPlace, std::less<>> by_request_;
  std::set<NodeKey> named_;  // Addenda that name an event.
  std::map<NodeKey, std::size_t> nodes_;
  std::vector<EventPlace> places_;
  std::vector<std::size_t> parents_;
  std::vector<bool> is_original_;
};

SupersededEvents::SupersededEvents(const store::Snapshot& snapshot) : groups_(Finder{snapshot}.groups()) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    for (const EventPlace& event : groups_[i]) group_numbers_[event.segment][event.index] = i;
  }
}

const SupersededEvents::Group* SupersededEvents::group_of(const EventPlace& event) const {
  const auto of_segment = group_numbers_.find(event.segment);
  if (of_segment == group_numbers_.end()) return nullptr;
  const auto found = of_segment->second.find(event.index);
  return found == of_segment->second.end() ? nullptr : &groups_[found->second];
}

bool SupersededEvents::contains(const Segment& segment, std::uint32_t index) const {
  return newest({&segment, index}).has_value();
}

std::vector<std::uint32_t> SupersededEvents::of(const Segment& segment) const {
  std::vector<std::uint32_t> found;
  const auto of_segment = group_numbers_.find(&segment);
  if (of_segment == group_numbers_.end()) return found;
  for (const auto& [index, group] : of_segment->second) {
    if (groups_[group].front() != EventPlace{&segment, index}) found.push_back(index);
  }
  return found;
}

std::optional<EventPlace> SupersededEvents::newest(const EventPlace& event) const {
  const Group* const group = group_of(event);
  if (group == nullptr || group->front() == event) return std::nullopt;
  return group->front();
}

std::vector<EventPlace> SupersededEvents::replaced_by(const EventPlace& event) const {
  const Group* const group = group_of(event);
  if (group == nullptr || group->front() != event) return {};
  return {group->begin() + 1, group->end()};
}

std::uint64_t SupersededEvents::fingerprint(const Segment& segment) const {
  constexpr std::uint64_t kIndexMix = 0x9E3779B97F4A7C15;
  std::uint64_t hash = 0;
  for (const std::uint32_t index : of(segment)) hash = (hash ^ (index + 1)) * kIndexMix;
  return hash;
}

}  // namespace trailkeeper::query
