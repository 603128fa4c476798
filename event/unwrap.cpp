#include "event/unwrap.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "event/framer.h"
#include "event/guid.h"
#include "event/inner_event.h"
#include "event/member_json.h"
#include "event/text_line.h"
#include "event/value_name.h"
#include "event/wrapped_text.h"
#include "event/wrapper.h"
#include "text/ascii.h"
#include "text/base64.h"
#include "text/json_text.h"

namespace trailkeeper::event {

namespace ondemand = simdjson::ondemand;

namespace {

// A buffer that grew beyond this isn't kept.
constexpr std::size_t kKeptBuffer = std::size_t{1} << 20;

// Whether a wrapper is CloudWatch Logs' CONTROL_MESSAGE, which holds nothing. Its shape can't tell: a DATA_MESSAGE may
// have the same.
bool is_probe(const Record& record) {
  std::string text;
  const std::vector<Slot>& slots = record.shape->slots;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].path != "messageType" || !is_quoted(slots[i].type)) continue;
    text.clear();
    text::append_unescaped(record.raw(record.leaves[i]), text);
  }
  return text == "CONTROL_MESSAGE";
}

// What makes the rest of some objects, from an array's bracket on, JSON: the objects' beginnings.
std::string opening_of(std::string_view rest) {
  std::size_t open = 0;
  std::string opening;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    const char c = rest[at];
    if (c == '"') {
      for (++at; at < rest.size() && rest[at] != '"'; ++at) at += rest[at] == '\\' ? 1 : 0;
    } else if (c == '{') {
      ++open;
    } else if (c == '}' && open > 0) {
      --open;
    } else if (c == '}') {
      opening += "{\"\":";
    }
  }
  return opening + "[";
}

// Whether a record has objects in it, as all have that come from CloudTrail.
bool has_levels(const Shape& shape) {
  return std::any_of(shape.slots.begin(), shape.slots.end(), [](const Slot& slot) {
    const std::size_t dot = slot.path.find('.');
    return dot != std::string::npos && dot > 0 && slot.path[dot - 1] != '\\';
  });
}

// Whether an object is an action line of Elasticsearch's bulk format, whose document is the next line.
bool is_bulk_action(const Record& record) {
  constexpr std::size_t kLongest = 512;
  if (record.shape == nullptr || record.bytes.size() > kLongest) return false;
  const std::string_view json = record.bytes.substr(text::skip_json_space(record.bytes, 1));
  for (const std::string_view action : {"index", "create"}) {
    if (!json.starts_with('"') || !json.substr(1).starts_with(std::string{action} + "\"")) continue;
    const std::string of_action = std::string{action} + "._";
    const std::vector<Slot>& slots = record.shape->slots;
    const bool only =
        std::all_of(slots.begin(), slots.end(), [&](const Slot& slot) { return slot.path.starts_with(of_action); });
    std::string bare;
    for (const char c : record.bytes) {
      if (!text::is_json_space(c)) bare += c;
    }
    return slots.empty() ? bare == "{\"" + std::string{action} + "\":{}}" : only;
  }
  return false;
}

// Whether a cell of a row is no text that somebody may have written: no string, or a number, a time, an ID.
bool says_nothing(std::string_view cell) {
  cell = text::trimmed(cell);
  if (!cell.starts_with('"')) return true;
  const std::string_view text = cell.substr(1, cell.size() - std::min<std::size_t>(cell.size(), 2));
  return text.find_first_not_of("0123456789-+:.TZ ") == text::npos || parse_guid(text).has_value();
}

// What says of an object only that it is no event; it may hold one.
bool is_vague(Reason reason) {
  return reason == Reason::no_event_name || reason == Reason::bad_event_time || reason == Reason::flattened_row;
}

}  // namespace

/// Where a document lies.
struct Unwrapper::Place {
  std::size_t offset = 0;  ///< In the outermost document.
  int level = 0;
};

/// A member that a row names, as written.
struct Unwrapper::Member {
  std::size_t row = 0;
  std::string_view json;
  bool tried = false;   ///< What it holds was looked at as if it were taken.
  bool failed = false;  ///< As `tried`: it gave no event, and something to reject.

  /// Whether it is an array of documents, each of which counts by itself.
  [[nodiscard]] bool is_list() const { return json.starts_with('[') && wrappers()[row].certain; }
  [[nodiscard]] bool has_content() const { return json != "{}" && json != "\"\"" && json != "[]"; }
  [[nodiscard]] bool holds(std::string_view part) const {
    return part.data() >= json.data() && part.data() < json.data() + json.size();
  }
  [[nodiscard]] Place place(std::string_view document, const Place& around) const;
};

struct Unwrapper::Level {
  std::string text;
  std::string unpacked;
  bool compressed = false;  ///< What was unpacked.
  std::vector<Frame> frames;
  std::vector<Member> members;
  ondemand::parser parser;
};

/// What a wrapper's shape says of it; shapes may be forgotten while what it holds is taken.
struct Unwrapper::Wrapping {
  std::uint64_t rows = 0;
  bool probe = false;
  Reason if_empty = Reason::no_event_name;
  std::string_view inner;  ///< inner_event() of it.

  /// The one event in an object that isn't one, whatever its member is called.
  struct Inner {
    Unwrapper& unwrapper;
    std::string_view json;  ///< inner_event() of the object.
    [[nodiscard]] bool take(std::string_view document, const Place& place) const;
    [[nodiscard]] bool holds(std::string_view value, int level) const;
  };
};

Unwrapper::Unwrapper(Unpack unpack, Members members)
    : unpack_(std::move(unpack)), members_(members), levels_(std::make_unique<Level[]>(kMaxWrappers + 2)) {}
Unwrapper::~Unwrapper() = default;

Unwrapper::Place Unwrapper::Member::place(std::string_view document, const Place& around) const {
  // What comes out of a string has the place of the object with the string.
  const std::size_t inside = json.starts_with('"') ? 0 : static_cast<std::size_t>(json.data() - document.data());
  return {around.offset + inside, around.level};
}

void Unwrapper::unwrap(std::string_view document, DocumentVisitor& visitor) {
  visitor_ = &visitor;
  events_ = 0;
  rejects_ = 0;
  unpacked_around_ = 0;
  taken_.clear();
  shift_ = 0;
  if (document.starts_with(']')) {
    take_rest(document);
  } else {
    take(document, {});
  }
  if (rejects_ > kMaxRejects) visitor.on_reject(document, 0, reason_of_rest_);
}

void Unwrapper::emit(const Record& record, std::size_t offset) {
  ++events_;
  if (trial_ || (several_ && is_taken(record.bytes))) return;
  visitor_->on_event(record, offset - std::min(offset, shift_));
}

// Whether another member of a wrapper held these bytes. Only the first few are compared: more copies are duplicates.
bool Unwrapper::is_taken(std::string_view bytes) {
  constexpr std::size_t kFew = 16;
  if (std::find(taken_.begin(), taken_.end(), bytes) != taken_.end()) return true;
  if (taken_.size() < kFew) taken_.emplace_back(bytes);
  return false;
}

void Unwrapper::reject(std::string_view bytes, std::size_t offset, Reason reason) {
  if (++rejects_ > kMaxRejects) {
    if (rejects_ == kMaxRejects + 1) reason_of_rest_ = reason;
    return;
  }
  if (!trial_) visitor_->on_reject(bytes, offset - std::min(offset, shift_), reason);
}

// What objects have behind an array of documents: taken as these objects with an array that is empty. That they hold no
// event is no loss if they don't look as if they did.
void Unwrapper::take_rest(std::string_view document) {
  std::string& text = levels_[0].text;
  text = opening_of(document);
  shift_ = text.size();
  text += document;
  const std::size_t size = text.size();
  text.append(kPadding, '\0');
  const std::string_view whole = std::string_view{text}.substr(0, size);
  Record record;
  const Reason reason = parse(whole, record);
  const bool event = reason == Reason::none && record.shape->kind == ShapeKind::event;
  if (reason == Reason::broken_json || reason == Reason::invalid_utf8 || reason == Reason::too_deep) {
    return reject(document, shift_, reason);
  }
  trial_ = true;
  if (!event) take(whole, {0, 1});
  trial_ = false;
  const bool found = std::exchange(events_, 0) > 0;
  rejects_ = 0;
  if (found) return take(whole, {0, 1});
  if (record_mentions(document) > 0) reject(document, shift_, Reason::no_event_name);
}

// Before each record, not each document: one document may hold many records of new shapes. Records of the levels around
// this one aren't looked at any more.
Reason Unwrapper::parse(std::string_view json, Record& record) {
  if (parser_.shape_memory() > kMaxShapeBytes) {
    parser_.reset();
    visitor_->on_shapes_forgotten();
  }
  return parser_.parse(json, record);
}

void Unwrapper::take(std::string_view document, const Place& place) {
  if (!document.starts_with('{')) return take_other(document, place);
  Record record;
  const Reason reason = parse(document, record);
  take_parsed(document, reason, record, place);
}

void Unwrapper::take_parsed(std::string_view document, Reason reason, const Record& record, const Place& place) {
  const bool event = reason == Reason::none && record.shape->kind == ShapeKind::event;
  if (reason == Reason::none && !event && place.level >= kMaxWrappers) reason = Reason::broken_envelope;
  if (event) return emit(record, place.offset);
  if (reason != Reason::none && !is_vague(reason)) return reject(document, place.offset, reason);
  if (reason == Reason::no_event_name && is_bulk_action(record)) return;
  const std::string_view inner = members_ == Members::any ? inner_event(record) : std::string_view{};
  if (reason == Reason::none) {
    const Wrapping wrapping{open_rows(record), is_probe(record), record.shape->reason, inner};
    std::vector<bool> around = std::exchange(sent_columns_, sent_columns(document, wrapping.rows));
    take_wrapper(document, wrapping, place);
    sent_columns_ = std::move(around);
  } else {
    levels_[static_cast<std::size_t>(place.level)].members.clear();
    if (!Wrapping::Inner{*this, inner}.take(document, place)) reject(document, place.offset, reason);
  }
}

// False: there is none, and nothing was done.
bool Unwrapper::Wrapping::Inner::take(std::string_view document, const Place& place) const {
  const std::vector<Member>& members = unwrapper.levels_[static_cast<std::size_t>(place.level)].members;
  const bool tried = std::any_of(members.begin(), members.end(),
                                 [&](const Member& member) { return member.tried && member.holds(json); });
  if (tried || !holds(json, place.level)) return false;
  const bool text = json.starts_with('"');
  const std::size_t inside = text ? 0 : static_cast<std::size_t>(json.data() - document.data());
  return unwrapper.take_member(json, false, {place.offset + inside, place.level});
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

// A document that isn't an object: an array, a string, or a line of text.
void Unwrapper::take_other(std::string_view document, const Place& place) {
  if (place.level >= kMaxWrappers) return reject(document, place.offset, Reason::broken_envelope);
  if (document.starts_with('[') && is_json_sequence(document)) return take_row(document, place);
  if (is_json_string(document)) {
    const std::string_view text = text_of(document, place.level);
    if (text_holds_record(text)) return take_text(text, place);
  }
  take_line(document, place);
}

// A line of text: words and a record, or cells.
void Unwrapper::take_line(std::string_view line, const Place& place) {
  release(place.level);
  std::string scratch;
  JsonInLine found{line, scratch};
  const std::size_t before = events_ + rejects_;
  for (std::string_view json = found.next(); !json.empty(); json = found.next()) {
    std::string& text = levels_[static_cast<std::size_t>(place.level)].text;
    const std::size_t size = text.assign(json).size();
    text.append(kPadding, '\0');
    json = std::string_view{text}.substr(0, size);
    if (holds_record(json, place.level)) take(json, {place.offset, place.level + 1});
  }
  if (events_ + rejects_ == before) reject(line, place.offset, Reason::not_an_object);
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

// The documents of an array; each counts by itself.
void Unwrapper::take_elements(std::string_view array, const Place& place) {
  const std::string_view elements = array.substr(1);
  std::vector<Frame>& frames = levels_[static_cast<std::size_t>(place.level)].frames;
  Framer framer{true};
  // Handing on may change the frames of deeper levels, never of this one.
  for_each_frame(framer, elements, frames, [&](const Frame& frame) {
    const std::string_view element = elements.substr(frame.begin, frame.end - frame.begin);
    const std::size_t offset = place.offset + 1 + frame.begin;
    if (frame.reason != Reason::none) {
      reject(element, offset, frame.reason);
    } else {
      take(element, {offset, place.level + 1});
    }
  });
}

// Whether a value is a record of which only fields were exported: what is in Splunk's results may be.
bool Unwrapper::has_fields_only(std::string_view json) {
  Record record;
  if (!json.starts_with('{') || parse(json, record) != Reason::none) return false;
  return record.shape->kind == ShapeKind::event && !has_levels(*record.shape);
}

// Whether a value has a record's levels side by side.
bool Unwrapper::is_flattened(std::string_view json) {
  Record record;
  if (!json.starts_with('{')) return false;
  const Reason reason = parse(json, record);
  return (reason == Reason::none ? record.shape->reason : reason) == Reason::flattened_row;
}

// Whether a value is an object that has fields of a record, as CloudTrail Lake writes a row's columns.
bool Unwrapper::is_column(std::string_view json) {
  Record record;
  if (!json.starts_with('{') || parse(json, record) == Reason::none || record.shape == nullptr) return false;
  const auto& slots = record.shape->slot_of_field;
  return std::any_of(slots.begin(), slots.end(), [](std::int32_t slot) { return slot >= 0; });
}

// An array inside an array is a query's row: its other columns are no records, and no loss. Where they say something,
// the row is a log's, and what stands in it may be a stranger's: as in an object, text beside other text is no record.
void Unwrapper::take_row(std::string_view array, const Place& place) {
  const std::string_view elements = array.substr(1);
  std::vector<Frame>& frames = levels_[static_cast<std::size_t>(place.level)].frames;
  const std::size_t before = events_ + rejects_;
  bool columns = false;
  bool of_log = false;
  std::vector<Frame> records;
  std::size_t column = 0;
  Framer framer{true};
  for_each_frame(framer, elements, frames, [&](const Frame& frame) {
    const std::string_view element = elements.substr(frame.begin, frame.end - frame.begin);
    const bool sound = frame.reason == Reason::none;
    columns = columns || (sound && is_column(element));
    const bool sent = column < sent_columns_.size() && sent_columns_[column];
    ++column;
    if (sound && !sent && holds_record(element, place.level)) {
      records.push_back(frame);
    } else {
      of_log = of_log || !says_nothing(element);
    }
  });
  if (of_log) records.clear();
  for (const Frame& frame : records) {
    take(elements.substr(frame.begin, frame.end - frame.begin), {place.offset + 1 + frame.begin, place.level + 1});
  }
  if (events_ + rejects_ == before)
    reject(array, place.offset, columns ? Reason::flattened_row : Reason::not_an_object);
}

// Large buffers aren't kept: each level has some.
void Unwrapper::release(int level) {
  Level& own = levels_[static_cast<std::size_t>(level)];
  if (own.text.capacity() > kKeptBuffer) std::string{}.swap(own.text);
  if (own.unpacked.capacity() > kKeptBuffer) std::string{}.swap(own.unpacked);
}

// The text that a JSON string stands for: as it is, or decoded from base64 and unpacked. In a buffer of the level,
// with padding.
std::string_view Unwrapper::text_of(std::string_view token, int level) {
  release(level);
  Level& own = levels_[static_cast<std::size_t>(level)];
  own.text.clear();
  own.unpacked.clear();
  own.compressed = false;
  text::append_unescaped(token.substr(1, token.size() - 2), own.text);
  std::string* buffer = &own.text;
  std::string decoded;
  if (text::append_from_any_base64(text::trimmed(own.text), decoded)) {
    const bool sound =
        unpack_ ? unpack_(decoded, kMaxUnpacked - std::min(kMaxUnpacked, unpacked_around_), own.unpacked) : true;
    own.compressed = unpack_ && own.unpacked != decoded;
    if (!unpack_) own.unpacked = std::move(decoded);
    if (sound && begins_json(without_marks(own.unpacked))) buffer = &own.unpacked;
  }
  const std::size_t size = buffer->size();
  buffer->append(kPadding, '\0');
  return without_marks(std::string_view{*buffer}.substr(0, size));
}

// Text out of a string, in the level's buffers: it stays while what is inside is taken. Precondition:
// text_holds_record.
void Unwrapper::take_text(std::string_view text, const Place& place) {
  const std::size_t unpacked = levels_[static_cast<std::size_t>(place.level)].unpacked.size();
  unpacked_around_ += unpacked;
  take_documents(text, place);
  unpacked_around_ -= unpacked;
  release(place.level);
}

// A document or several.
void Unwrapper::take_documents(std::string_view text, const Place& place) {
  const Place inside{place.offset, place.level + 1};
  if (!begins_json(text)) return take(text, inside);
  if (text.front() == '{') {
    Record record;
    const Reason reason = parse(text, record);
    if (reason != Reason::broken_json && reason != Reason::too_large) return take_parsed(text, reason, record, inside);
  }
  // What was compressed was a file, in which each line stands for itself.
  const Level& own = levels_[static_cast<std::size_t>(place.level)];
  const bool file =
      own.compressed && text.data() >= own.unpacked.data() && text.data() < own.unpacked.data() + own.unpacked.size();
  if (!file && !is_json_sequence(text)) {
    return reject(text, place.offset, object_end(text, 0) < text.size() ? Reason::not_an_object : Reason::broken_json);
  }
  Framer framer;
  for_each_frame(framer, text, levels_[static_cast<std::size_t>(place.level)].frames, [&](const Frame& frame) {
    const std::string_view document = text.substr(frame.begin, frame.end - frame.begin);
    if (frame.reason != Reason::none) {
      reject(document, place.offset, frame.reason == Reason::truncated ? Reason::broken_json : frame.reason);
    } else {
      take(document, inside);
    }
  });
}

// Whether a value is a record, or may hold some: of text only its beginning is looked at. What is in a row of an array
// was framed, but not parsed.
bool Unwrapper::holds_record(std::string_view json, int level) {
  if (json.starts_with('[')) return true;
  if (json.starts_with('"')) {
    const bool holds = is_json_string(json) && text_holds_record(text_of(json, level));
    release(level);
    return holds;
  }
  Record record;
  if (level >= kMaxWrappers || !json.starts_with('{') || parse(json, record) != Reason::none) return false;
  if (record.shape->kind == ShapeKind::event) return true;
  const std::vector<Member>& members = find_members(json, open_rows(record), level + 1);
  return std::any_of(members.begin(), members.end(), [&](const Member& member) {
    return (wrappers()[member.row].certain && !member.json.starts_with('"')) || holds_record(member.json, level + 1);
  });
}

bool Unwrapper::text_holds_record(std::string_view text) {
  if (begins_json(text)) return true;
  if (text.starts_with('"')) return line_kind(text) == LineKind::holds_json;
  std::string scratch;
  JsonInLine found{text, scratch};
  for (std::string_view json = found.next(); !json.empty(); json = found.next()) {
    const std::string padded = std::string{json} + std::string(kPadding, '\0');
    Record record;
    if (parse(std::string_view{padded}.substr(0, json.size()), record) == Reason::none) return true;
  }
  return false;
}

// The members that rows name, in the order of the rows. Keys are compared with their escapes resolved; each of a
// repeated key counts.
std::vector<Unwrapper::Member>& Unwrapper::find_members(std::string_view document, std::uint64_t rows, int level) {
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
    if (!row || (rows & wrapper_bit(*row)) == 0) continue;
    const std::string_view json = json_of(field.value());
    if (!json.empty()) own.members.push_back({*row, json});
  }
  std::stable_sort(own.members.begin(), own.members.end(),
                   [](const Member& a, const Member& b) { return a.row < b.row; });
  return own.members;
}

}  // namespace trailkeeper::event
