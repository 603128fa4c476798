#include "event/unwrap.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "event/framer.h"
#include "event/inner_event.h"
#include "event/member_json.h"
#include "event/text_line.h"
#include "event/wrapped_text.h"
#include "event/wrapper.h"
#include "text/base64.h"
#include "text/json_text.h"

namespace trailkeeper::event {

namespace ondemand = simdjson::ondemand;

namespace {

constexpr std::size_t kMaxRows = 64;
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

// Whether a record has objects in it, as all have that come from CloudTrail.
bool has_levels(const Shape& shape) {
  return std::any_of(shape.slots.begin(), shape.slots.end(), [](const Slot& slot) {
    const std::size_t dot = slot.path.find('.');
    return dot != std::string::npos && dot > 0 && slot.path[dot - 1] != '\\';
  });
}

// What says of an object only that it is no event; it may hold one.
bool is_vague(Reason reason) {
  return reason == Reason::no_event_name || reason == Reason::bad_event_time || reason == Reason::flattened_row;
}

}  // namespace

struct Unwrapper::Level {
  std::string text;
  std::string unpacked;
  std::vector<Frame> frames;
  ondemand::parser parser;
};

/// The members that rows name, as written.
struct Unwrapper::Members {
  std::array<std::string_view, kMaxRows> json;
};

/// Where a document lies.
struct Unwrapper::Place {
  std::size_t offset = 0;  ///< In the outermost document.
  int level = 0;
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

Unwrapper::Unwrapper(Unpack unpack)
    : unpack_(std::move(unpack)), levels_(std::make_unique<Level[]>(kMaxWrappers + 2)) {}
Unwrapper::~Unwrapper() = default;

void Unwrapper::unwrap(std::string_view document, DocumentVisitor& visitor) {
  visitor_ = &visitor;
  rejects_ = 0;
  unpacked_around_ = 0;
  take(document, {});
  if (rejects_ > kMaxRejects) visitor.on_reject(document, 0, reason_of_rest_);
}

void Unwrapper::reject(std::string_view bytes, std::size_t offset, Reason reason) {
  if (++rejects_ > kMaxRejects) {
    if (rejects_ == kMaxRejects + 1) reason_of_rest_ = reason;
    return;
  }
  visitor_->on_reject(bytes, offset, reason);
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
  if (event) return visitor_->on_event(record, place.offset);
  if (reason != Reason::none && !is_vague(reason)) return reject(document, place.offset, reason);
  const std::string_view inner = inner_event(record);
  if (reason == Reason::none) {
    take_wrapper(document, {record.shape->wrappers, is_probe(record), record.shape->reason, inner}, place);
  } else if (!Wrapping::Inner{*this, inner}.take(document, place)) {
    reject(document, place.offset, reason);
  }
}

// False: there is none, and nothing was done.
bool Unwrapper::Wrapping::Inner::take(std::string_view document, const Place& place) const {
  if (!holds(json, place.level)) return false;
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
  if (document.starts_with('[')) return take_row(document, place);
  if (is_json_string(document)) {
    const std::string_view text = text_of(document, place.level);
    if (text_holds_record(text)) return take_text(text, place);
  }
  release(place.level);
  std::string& scratch = levels_[static_cast<std::size_t>(place.level)].text;
  scratch.clear();
  std::string_view json = json_in_line(document, scratch);
  if (!json.empty() && json.data() != scratch.data()) json = scratch.assign(json);
  const std::size_t size = json.size();
  scratch.append(kPadding, '\0');
  json = std::string_view{scratch}.substr(0, size);
  if (json.empty() || !holds_record(json, place.level)) return reject(document, place.offset, Reason::not_an_object);
  take(json, {place.offset, place.level + 1});
}

// Of the rows whose member the object has, the first that holds a record counts.
void Unwrapper::take_wrapper(std::string_view document, const Wrapping& wrapping, const Place& place) {
  if (wrapping.probe && (wrapping.rows & wrapper_bit(*wrapper_row("logEvents"))) != 0) return;
  Members members;
  find_members(document, wrapping.rows, place.level, members);
  std::string_view some_text;
  Reason if_empty = wrapping.if_empty;
  for (std::size_t row = 0; row < wrappers().size(); ++row) {
    const std::string_view json = members.json[row];
    if (json.empty()) continue;
    const bool text = json.starts_with('"');
    const std::size_t inside = text ? 0 : static_cast<std::size_t>(json.data() - document.data());
    const bool of_fields = wrappers()[row].member == "result" && has_fields_only(json);
    if (!of_fields && take_member(json, wrappers()[row].certain, {place.offset + inside, place.level})) return;
    if (of_fields || is_flattened(json)) if_empty = Reason::flattened_row;
    if (text && some_text.empty()) some_text = json;
  }
  if (Wrapping::Inner{*this, wrapping.inner}.take(document, place)) return;
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

// An array inside an array is a query's row: its other columns are no records, and no loss.
void Unwrapper::take_row(std::string_view array, const Place& place) {
  const std::string_view elements = array.substr(1);
  std::vector<Frame>& frames = levels_[static_cast<std::size_t>(place.level)].frames;
  bool found = false;
  bool columns = false;
  Framer framer{true};
  for_each_frame(framer, elements, frames, [&](const Frame& frame) {
    const std::string_view element = elements.substr(frame.begin, frame.end - frame.begin);
    if (frame.reason != Reason::none) return;
    columns = columns || is_column(element);
    if (!holds_record(element, place.level)) return;
    found = true;
    take(element, {place.offset + 1 + frame.begin, place.level + 1});
  });
  if (!found) reject(array, place.offset, columns ? Reason::flattened_row : Reason::not_an_object);
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
  text::append_unescaped(token.substr(1, token.size() - 2), own.text);
  std::string* buffer = &own.text;
  if (text::looks_like_base64(trimmed(own.text))) {
    std::string decoded;
    text::append_from_base64(trimmed(own.text), decoded);
    const bool sound =
        unpack_ ? unpack_(decoded, kMaxUnpacked - std::min(kMaxUnpacked, unpacked_around_), own.unpacked) : true;
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
  std::vector<Frame>& frames = levels_[static_cast<std::size_t>(place.level)].frames;
  Framer framer;
  for_each_frame(framer, text, frames, [&](const Frame& frame) {
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
  Members members;
  find_members(json, record.shape->wrappers, level + 1, members);
  for (std::size_t row = 0; row < wrappers().size(); ++row) {
    const std::string_view member = members.json[row];
    if (member.empty()) continue;
    if ((wrappers()[row].certain && !member.starts_with('"')) || holds_record(member, level + 1)) return true;
  }
  return false;
}

bool Unwrapper::text_holds_record(std::string_view text) {
  if (begins_json(text)) return true;
  if (text.starts_with('"')) return line_kind(text) == LineKind::holds_json;
  std::string scratch;
  const std::string_view json = json_in_line(text, scratch);
  if (json.empty()) return false;
  const std::string padded = std::string{json} + std::string(kPadding, '\0');
  Record record;
  return parse(std::string_view{padded}.substr(0, json.size()), record) == Reason::none;
}

// Keys are compared with their escapes resolved, and of a repeated key the last counts.
void Unwrapper::find_members(std::string_view document, std::uint64_t rows, int level, Members& members) {
  ondemand::parser& parser = levels_[static_cast<std::size_t>(level)].parser;
  ondemand::document parsed;
  ondemand::object object;
  if (parser.iterate(document.data(), document.size(), document.size() + simdjson::SIMDJSON_PADDING).get(parsed) ||
      parsed.get_object().get(object)) {
    return;
  }
  for (auto member : object) {
    ondemand::field field;
    std::string_view name;
    if (std::move(member).get(field) || field.unescaped_key().get(name)) return;
    const auto row = wrapper_row(name);
    if (row && (rows & wrapper_bit(*row)) != 0) members.json[*row] = json_of(field.value());
  }
}

}  // namespace trailkeeper::event
