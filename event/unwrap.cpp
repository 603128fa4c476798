#include "event/unwrap.h"

#include <algorithm>
#include <utility>

#include "event/inner_event.h"
#include "event/unwrap_state.h"
#include "event/value_name.h"
#include "event/wrapped_text.h"
#include "text/ascii.h"
#include "text/json_brackets.h"
#include "text/json_text.h"

namespace trailkeeper::event {

namespace {

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
  for (std::size_t at = text::find_outside_strings(rest, 0, "{}"); at != text::npos;
       at = text::find_outside_strings(rest, at + 1, "{}")) {
    if (rest[at] == '{') {
      ++open;
    } else if (open > 0) {
      --open;
    } else {
      opening += "{\"\":";
    }
  }
  return opening + "[";
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

}  // namespace

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

}  // namespace trailkeeper::event
