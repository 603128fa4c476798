// Which members of an object count, and what becomes of the others.
#include <simdjson.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "event/inner_event.h"
#include "event/member_json.h"
#include "event/unwrap.h"
#include "event/unwrap_state.h"
#include "event/wrapped_text.h"

namespace trailkeeper::event {

namespace ondemand = simdjson::ondemand;

// False: there is none, or nothing came of it.
bool Unwrapper::Wrapping::Inner::take(std::string_view document, const Place& place) const {
  const std::vector<Member>& members = unwrapper.levels_[static_cast<std::size_t>(place.level)].members;
  const bool tried = std::any_of(members.begin(), members.end(),
                                 [&](const Member& member) { return member.tried && member.holds(json); });
  if (tried || !holds(json, place.level)) return false;
  const bool text = json.starts_with('"');
  const std::size_t inside = text ? 0 : static_cast<std::size_t>(json.data() - document.data());
  const std::size_t before = unwrapper.events_ + unwrapper.rejects_;
  return unwrapper.take_member(json, false, {place.offset + inside, place.level}) &&
         unwrapper.events_ + unwrapper.rejects_ > before;
}

// Whether an object is an event, or a string holds one, whatever the members are called that it is in.
bool Unwrapper::Wrapping::Inner::holds(std::string_view value, int level) const {
  if (level >= kMaxWrappers || value.empty()) return false;
  if (!value.starts_with('"')) return unwrapper.holds_record(value, level + 1);
  const std::string_view text = unwrapper.text_of(value, level);
  bool found = text.starts_with('{') && unwrapper.holds_record(text, level + 1);
  if (!found && text.starts_with('{')) {
    Record record;
    const Reason reason = unwrapper.parse(text, record);
    found = (reason == Reason::none || is_vague(reason)) && holds(inner_event(record), level + 1);
  }
  unwrapper.release(level);
  return found;
}

// What counts of an object: each array of documents, and each other member that holds an event. If none does, the one
// event that it may have elsewhere, or what is to be rejected.
void Unwrapper::take_wrapper(std::string_view document, const Wrapping& wrapping, const Place& place) {
  std::vector<Member>& members = find_members(document, wrapping.rows, place.level);
  const std::size_t before = events_;
  bool lists = false;
  for (Member& member : members) {
    const Wrapper& row = wrappers()[member.row];
    const Place inside = member.place(document, place);
    if (member.is_list()) {
      lists = member.tried = true;
      if (!wrapping.probe || row.member != "logEvents") take_elements(member.json, inside);
    } else if (members.size() > 1 && !(row.member == "result" && has_fields_only(member.json))) {
      const bool found = gives_event(member, inside);
      if (!found || trial_) continue;
      const bool within = std::exchange(several_, true);
      take_member(member.json, row.certain, inside);
      several_ = within;
    }
  }
  if (events_ > before) return take_failed(document, place, {});
  if (lists) return take_lists(document, wrapping, place);
  // In a trial they were taken, and not twice.
  const bool taken = trial_ && members.size() > 1;
  if (!taken) return take_vague(document, wrapping, place);
  static_cast<void>(Wrapping::Inner{*this, wrapping.inner}.take(document, place));
}

// Whether what a member holds gives an event. In a trial it is taken; else nothing is done.
bool Unwrapper::gives_event(Member& member, const Place& place) {
  const std::size_t events = events_;
  const std::size_t rejects = rejects_;
  const Reason reason_of_rest = reason_of_rest_;
  const bool within = std::exchange(trial_, true);
  member.tried = take_member(member.json, wrappers()[member.row].certain, place);
  trial_ = within;
  const bool found = events_ > events;
  member.failed = !found && rejects_ > rejects;
  if (!within) {
    events_ = events;
    rejects_ = rejects;
    reason_of_rest_ = reason_of_rest;
  }
  return found;
}

// Whether a member that gave no event is no record by what it says: neither it nor what it is encoded in can be told
// from what a log has beside an event.
bool Unwrapper::is_beside(const Member& member, int level) {
  const Wrapper& row = wrappers()[member.row];
  if (row.certain || record_mentions(member.json) > 0) return false;
  if (!member.json.starts_with('"')) return true;
  const std::string_view text = text_of(member.json, level);
  const Level& own = levels_[static_cast<std::size_t>(level)];
  return record_mentions(text) == 0 && (own.unpacked.empty() || text.data() != own.unpacked.data());
}

// What other members hold than those that gave events, or than `taken`, is kept where a record may have been meant.
void Unwrapper::take_failed(std::string_view document, const Place& place, std::string_view taken) {
  if (trial_) return;
  std::vector<Member>& members = levels_[static_cast<std::size_t>(place.level)].members;
  for (Member& member : members) {
    const Wrapper& row = wrappers()[member.row];
    const Place inside = member.place(document, place);
    if (member.json.data() == taken.data()) continue;
    if (row.member == "result" && has_fields_only(member.json)) {
      reject(member.json, inside.offset, Reason::flattened_row);
    } else if (member.failed && !is_beside(member, place.level)) {
      static_cast<void>(take_member(member.json, row.certain, inside));
    }
  }
}

// An object whose arrays of documents gave no event: it is rejected, too, if there is more in it than in an envelope
// around nothing.
void Unwrapper::take_lists(std::string_view document, const Wrapping& wrapping, const Place& place) {
  if (Wrapping::Inner{*this, wrapping.inner}.take(document, place)) return;
  std::size_t mentions = record_mentions(document);
  bool more = false;
  for (const Member& member : levels_[static_cast<std::size_t>(place.level)].members) {
    if (member.is_list()) {
      mentions -= record_mentions(member.json);
    } else {
      more = more || member.has_content();
    }
  }
  if (more || mentions > 0) reject(document, place.offset, wrapping.if_empty);
}

// An object without an array of documents: the first member that may hold a record counts.
void Unwrapper::take_vague(std::string_view document, const Wrapping& wrapping, const Place& place) {
  std::vector<Member>& members = levels_[static_cast<std::size_t>(place.level)].members;
  const std::size_t events = events_;
  const Wrapping::Inner elsewhere{*this, wrapping.inner};
  std::string_view some_text;
  Reason if_empty = wrapping.if_empty;
  for (Member& member : members) {
    const Wrapper& row = wrappers()[member.row];
    const bool of_fields = row.member == "result" && has_fields_only(member.json);
    // An array that isn't known to be one of documents is what it is around.
    const bool list = member.json.starts_with('[') && !row.certain;
    const bool counts = !of_fields && (!list || gives_event(member, member.place(document, place)));
    if (counts && ((trial_ && list) || take_member(member.json, row.certain, member.place(document, place)))) {
      if (events_ == events && !member.holds(wrapping.inner)) static_cast<void>(elsewhere.take(document, place));
      return take_failed(document, place, member.json);
    }
    if (of_fields || is_flattened(member.json)) if_empty = Reason::flattened_row;
    if (member.json.starts_with('"') && some_text.empty()) some_text = member.json;
  }
  if (elsewhere.take(document, place)) return;
  // A message that is no record is what is to be kept, rather than the object around it: CloudWatch Logs has those of
  // other programs, too.
  const std::string_view text =
      place.level > 0 && !some_text.empty() ? text_of(some_text, place.level) : std::string_view{};
  if (text.empty() || if_empty != Reason::no_event_name) return reject(document, place.offset, if_empty);
  reject(text, place.offset, Reason::not_an_object);
  release(place.level);
}

// False: it holds no record, and nothing was done.
bool Unwrapper::take_member(std::string_view json, bool certain, const Place& place) {
  if (json.starts_with('"')) {
    const std::string_view text = text_of(json, place.level);
    if (!text_holds_record(text)) {
      release(place.level);
      return false;
    }
    take_text(text, place);
  } else if (json.starts_with('[')) {
    take_elements(json, place);
  } else {
    if (!certain && !holds_record(json, place.level)) return false;
    take(json, {place.offset, place.level + 1});
  }
  return true;
}

// Of an object, each array as if the row's member were it.
void Unwrapper::add_lists(std::string_view object, std::size_t row, std::vector<Member>& members) {
  ondemand::parser parser;
  ondemand::document parsed;
  ondemand::object lists;
  // It lies in a document that has padding.
  if (parser.iterate(object.data(), object.size(), object.size() + simdjson::SIMDJSON_PADDING).get(parsed) ||
      parsed.get_object().get(lists)) {
    return;
  }
  for (auto list : lists) {
    ondemand::field field;
    if (std::move(list).get(field)) return;
    const std::string_view json = json_of(field.value());
    if (json.starts_with('[')) members.push_back({row, json});
  }
}

// The members that rows name, in the order of the rows. Keys are compared with their escapes resolved; each of a
// repeated key counts.
std::vector<Unwrapper::Member>& Unwrapper::find_members(std::string_view document, const WrapperRows& rows, int level) {
  Level& own = levels_[static_cast<std::size_t>(level)];
  own.members.clear();
  ondemand::document parsed;
  ondemand::object object;
  if (own.parser.iterate(document.data(), document.size(), document.size() + simdjson::SIMDJSON_PADDING).get(parsed) ||
      parsed.get_object().get(object)) {
    return own.members;
  }
  for (auto member : object) {
    ondemand::field field;
    std::string_view name;
    if (std::move(member).get(field) || field.unescaped_key().get(name)) break;
    const auto row = wrapper_row(name);
    if (!row || !rows[*row]) continue;
    const std::string_view json = json_of(field.value());
    if (json.starts_with('{') && (wrappers()[*row].values & kListsValue) != 0) {
      add_lists(json, *row, own.members);
    } else if (!json.empty()) {
      own.members.push_back({*row, json});
    }
  }
  std::stable_sort(own.members.begin(), own.members.end(),
                   [](const Member& a, const Member& b) { return a.row < b.row; });
  return own.members;
}

}  // namespace trailkeeper::event
