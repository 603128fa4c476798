// Strings and lines that hold documents.
#include <algorithm>
#include <string>
#include <utility>

#include "event/framer.h"
#include "event/text_line.h"
#include "event/unwrap.h"
#include "event/unwrap_state.h"
#include "event/value_name.h"
#include "event/wrapped_text.h"
#include "text/ascii.h"
#include "text/base64.h"
#include "text/json_brackets.h"
#include "text/json_text.h"

namespace trailkeeper::event {

namespace {

// A buffer that grew beyond this isn't kept.
constexpr std::size_t kKeptBuffer = std::size_t{1} << 20;

}  // namespace

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
    return reject(text, place.offset,
                  text::json_brackets_end(text, 0) < text.size() ? Reason::not_an_object : Reason::broken_json);
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

}  // namespace trailkeeper::event
