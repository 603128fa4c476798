#include "event/framer.h"

#include <algorithm>
#include <bit>

#include "event/byte_masks.h"
#include "event/value_name.h"
#include "event/wrapped_text.h"
#include "event/wrapper.h"
#include "text/ascii.h"
#include "text/json_brackets.h"
#include "text/json_text.h"
#include "text/utf8.h"

namespace trailkeeper::event {
namespace {

constexpr std::string_view kEventStart = "\"eventVersion\"";

// The last byte before `at` that isn't white space; `before` when there is none.
char last_visible_before(std::string_view text, std::size_t begin, std::size_t at, char before) {
  while (at > begin) {
    if (!text::is_json_space(text[--at])) return text[at];
  }
  return before;
}

// Whether the line that starts at `line` begins a new record although the record that starts at `begin` isn't complete.
// A `{` at the start of a line also occurs in laid-out JSON without indentation, after `[`, `:` or, in an array, `,`.
bool begins_new_record(std::string_view window, std::size_t begin, std::size_t line, char before) {
  switch (last_visible_before(window, begin, line, before)) {
    case '[':
    case ':': return false;
    case ',': return window.substr(line, 2) == "{\"";
    default: return true;
  }
}

// The string that begins at text[at] == '"': its content, and `at` moved behind it. Nothing if it doesn't end.
std::optional<std::string_view> take_string(std::string_view text, std::size_t& at) {
  const std::size_t begin = at + 1;
  const std::size_t end = text::json_string_end(text, at);
  if (end == text::npos) return std::nullopt;
  at = end;
  return text.substr(begin, end - 1 - begin);
}

// `{"Records": [`, `{"Events": [` or `{"events": [`: the offset just after the bracket.
std::optional<std::size_t> opening_of_document_array(std::string_view text) {
  std::size_t at = text::skip_json_space(text, 1);
  if (at >= text.size() || text[at] != '"') return std::nullopt;
  const auto key = take_string(text, at);
  if (!key || (*key != "Records" && *key != "Events" && *key != "events")) return std::nullopt;
  at = text::skip_json_space(text, at);
  if (at >= text.size() || text[at] != ':') return std::nullopt;
  at = text::skip_json_space(text, at + 1);
  if (at >= text.size() || text[at] != '[') return std::nullopt;
  return at + 1;
}

// How often broken elements of an array may have what is behind them looked at in vain. Each may look like one that
// ends at the window's end: there may be as many as the window has room for.
constexpr std::size_t kTimesInVain = 16;

// Moves `at` from a member's value behind the comma that follows it. False if none does.
bool skip_value(std::string_view json, std::size_t& at) {
  std::size_t depth = 0;
  for (at = text::find_outside_strings(json, at, "{}[],"); at != text::npos;
       at = text::find_outside_strings(json, at + 1, "{}[],")) {
    const char c = json[at];
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c != ',') {
      if (depth-- == 0) return false;
    } else if (depth == 0) {
      ++at;
      return true;
    }
  }
  return false;
}

}  // namespace

Framer::ScanEnd Framer::scan_value(std::string_view window, Scan& scan, bool watch_lines) {
  const std::size_t begin = scan.at;
  while (scan.at < window.size()) {
    const std::size_t left = window.size() - scan.at;
    const std::uint64_t valid = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    const ByteMasks masks = byte_masks(window.data() + scan.at);

    std::uint64_t escaped = scan.escaped ? 1 : 0;
    bool escapes_next_block = false;
    std::uint64_t backslashes = masks.backslash & valid & ~escaped;
    while (backslashes != 0) {
      const std::uint64_t lowest = backslashes & (~backslashes + 1);
      escaped |= lowest << 1;
      escapes_next_block = lowest >> 63 != 0 || (left < 64 && (lowest << 1 & valid) == 0);
      backslashes &= ~(lowest | lowest << 1);
    }
    const std::uint64_t quotes = masks.quote & valid & ~escaped;
    const std::uint64_t inside = prefix_xor(quotes) ^ (scan.in_string ? ~std::uint64_t{0} : 0);
    const std::uint64_t open = masks.open & valid & ~inside;
    const std::uint64_t close = masks.close & valid & ~inside;

    // Bits of the bytes at or after the value's end don't count.
    std::uint64_t before_end = valid;
    if (scan.depth <= std::popcount(close)) {
      std::int64_t depth = scan.depth;
      for (std::uint64_t brackets = open | close; brackets != 0; brackets &= brackets - 1) {
        const std::uint64_t lowest = brackets & (~brackets + 1);
        depth += (open & lowest) != 0 ? 1 : -1;
        if (depth == 0) {
          before_end = lowest - 1;
          break;
        }
      }
    }
    for (std::uint64_t feeds = masks.line_feed & before_end; feeds != 0; feeds &= feeds - 1) {
      const auto offset = static_cast<unsigned>(std::countr_zero(feeds));
      const std::size_t feed = scan.at + offset;
      if ((inside >> offset & 1U) != 0) {
        scan.at = feed;
        return ScanEnd::line_feed_in_string;
      }
      if (watch_lines && feed + 1 < window.size() && window[feed + 1] == '{' &&
          begins_new_record(window, begin, feed + 1, scan.before)) {
        scan.at = feed;
        return ScanEnd::line_begins_object;
      }
    }
    if (before_end != valid) {
      scan.at += static_cast<std::size_t>(std::popcount(before_end)) + 1;
      scan.depth = 0;
      return ScanEnd::complete;
    }
    scan.depth += std::popcount(open) - std::popcount(close);
    scan.in_string = (inside >> (left >= 64 ? 63 : left - 1) & 1U) != 0;
    scan.escaped = escapes_next_block;
    scan.at += left >= 64 ? 64 : left;
  }
  return ScanEnd::more;
}

// The offset of the `{` of the next `{"eventVersion"`, which is how CloudTrail begins every record; npos if none.
std::size_t Framer::next_event_start(std::string_view window, std::size_t from) {
  if (from >= searched_from_ && from <= next_start_) return next_start_;
  searched_from_ = from;
  next_start_ = std::string_view::npos;
  for (std::size_t at = window.find(kEventStart, from); at != std::string_view::npos;
       at = window.find(kEventStart, at + 1)) {
    std::size_t brace = at;
    while (brace > from && text::is_json_space(window[brace - 1])) --brace;
    if (brace == from || window[brace - 1] != '{') continue;
    next_start_ = brace - 1;
    break;
  }
  return next_start_;
}

// Whether the array element in [begin, end), which its brackets say is complete, isn't, and runs over records behind
// it: its brackets don't match or no comma follows, and a record begins inside.
bool Framer::swallowed_event(std::string_view window, std::size_t begin, std::size_t end) {
  const char closing = window[begin] == '{' ? '}' : ']';
  const std::size_t next = text::skip_json_space(window, end);
  if (window[end - 1] == closing && next < window.size() && (window[next] == ',' || window[next] == ']')) return false;
  return next_event_start(window, begin + 1) < end;
}

std::size_t Framer::split(std::string_view window, bool last, std::vector<Frame>& frames, std::size_t most) {
  const std::size_t enough = frames.size() + most;
  at_ = 0;
  searched_from_ = std::string_view::npos;
  while (frames.size() < enough && step(window, last, frames)) {
  }
  in_vain_ -= std::min(in_vain_, kTimesInVain * at_);
  return at_;
}

bool Framer::step(std::string_view window, bool last, std::vector<Frame>& frames) {
  switch (mode_) {
    case Mode::top: return step_top(window, last, frames);
    case Mode::elements: return step_elements(window, last, frames);
    case Mode::behind: return step_behind(window, last, frames);
    case Mode::skip: return step_skip(window, last);
    case Mode::text: return step_text(window, last);
    case Mode::rest: break;
  }
  at_ = window.size();
  return false;
}

void Framer::add(std::string_view window, std::size_t begin, std::size_t end, Reason reason,
                 std::vector<Frame>& frames) {
  while (end > begin && text::is_json_space(window[end - 1])) --end;
  if (end > begin) frames.push_back({begin, end, reason});
}

// Each step consumes one document, or stretch of none, and says whether there may be more in the window.

bool Framer::step_top(std::string_view window, bool last, std::vector<Frame>& frames) {
  const std::size_t begin = at_;
  at_ = skip_between_values(window, at_);
  if (window.substr(begin, at_ - begin).find('\n') != std::string_view::npos) {
    line_ = Line::begins;
    if (probing_) return true;
  }
  if (at_ >= window.size()) return false;
  const std::string_view rest = window.substr(at_);
  if (rest.size() < text::kByteOrderMark.size() && !last && text::kByteOrderMark.starts_with(rest)) return false;
  const ArrayStart array = rest.front() == '[' ? begins_array(rest) : ArrayStart::no;
  if (array == ArrayStart::more_needed && !last && rest.size() <= kMaxUnfinished) return false;
  if (rest.front() != '{' && array != ArrayStart::yes) {
    if (!probing_) return step_line(window, last, frames);
    line_ = Line::words;
    return false;
  }
  const auto documents = rest.front() == '{' ? opening_of_document_array(rest) : std::nullopt;
  // An object with an empty array is a document: it may hold a record elsewhere.
  const std::size_t first = documents ? text::skip_json_space(rest, *documents) : 0;
  if (documents && first >= rest.size() && !last && rest.size() <= kMaxUnfinished) return false;
  const bool enters = documents && (first >= rest.size() || rest[first] != ']');
  if (rest.front() == '{' && !enters && take_line(window, frames)) return true;
  if (line_ == Line::begins) return check_line(window, last, frames);
  document_seen_ = true;
  if (array != ArrayStart::yes && !enters) return take_value(window, last, frames);
  at_ += enters ? *documents : 1;
  array_depth_ = enters ? 1 : 0;
  mode_ = Mode::elements;
  return true;
}

bool Framer::step_elements(std::string_view window, bool last, std::vector<Frame>& frames) {
  while (at_ < window.size() && (text::is_json_space(window[at_]) || window[at_] == ',')) ++at_;
  if (at_ >= window.size()) return false;
  switch (window[at_]) {
    case '{':
    case '[': return take_value(window, last, frames);
    case ']':
      if (array_depth_ == 0) ++at_;
      mode_ = array_depth_ == 0 ? Mode::top : Mode::behind;
      return true;
    default: return take_scalar(window, last, frames);
  }
}

// From the array's bracket to the end of the objects around it.
bool Framer::step_behind(std::string_view window, bool last, std::vector<Frame>& frames) {
  Scan scan{at_ + 1, array_depth_, false, false, ']'};
  // White space at the window's end waits for what follows: a line that begins an object would end it.
  const bool too_long = window.size() - at_ > kMaxUnfinished;
  std::size_t end = window.size();
  while (!last && !too_long && end > at_ && text::is_json_space(window[end - 1])) --end;
  const ScanEnd ended = scan_value(window.substr(0, end), scan, true);
  if (ended == ScanEnd::more && !last && !too_long) return false;
  const std::string_view rest = window.substr(at_, scan.at - at_);
  Reason reason = Reason::broken_json;
  if (ended == ScanEnd::complete) reason = rest.size() > kMaxRecordBytes ? Reason::too_large : Reason::none;
  if (ended == ScanEnd::more) reason = last ? Reason::truncated : Reason::too_large;
  if (rest.find_first_not_of("]}, \t\r\n") != std::string_view::npos) add(window, at_, scan.at, reason, frames);
  at_ = scan.at;
  mode_ = Mode::top;
  if (ended == ScanEnd::more && !last) {
    after_skip_ = mode_;
    mode_ = Mode::skip;
    skipping_ = scan;
    gave_up_ = true;
  }
  return true;
}

// Goes on inside an array of the object at at_, which is too large for a document. What stands before the array is kept
// where it may be, or hold, a record.
void Framer::enter_array(std::string_view window, const DocumentArray& array, std::vector<Frame>& frames) {
  const std::size_t begin = at_ + array.begin;
  if (record_mentions(window.substr(at_, array.begin)) > 0) add(window, at_, begin, Reason::too_large, frames);
  at_ = begin;
  array_depth_ = array.depth;
  mode_ = Mode::elements;
}

bool Framer::step_skip(std::string_view window, bool last) {
  Scan scan = skipping_;
  scan.at = at_;
  // White space at the window's end waits for what follows: a line that begins an object would end the skipping.
  std::size_t end = window.size();
  if (!last && end - at_ <= kMaxUnfinished) {
    while (end > at_ && text::is_json_space(window[end - 1])) --end;
  }
  switch (scan_value(window.substr(0, end), scan, after_skip_ == Mode::top)) {
    case ScanEnd::more:
      scan.before = last_visible_before(window, at_, end, scan.before);
      skipping_ = scan;
      if (gave_up_) passed_over_ += end - at_;
      at_ = end;
      return false;
    case ScanEnd::complete:
    case ScanEnd::line_feed_in_string:
    case ScanEnd::line_begins_object: break;
  }
  if (gave_up_) passed_over_ += scan.at - at_;
  gave_up_ = false;
  at_ = scan.at;
  mode_ = after_skip_;
  return true;
}

// After many documents of one line each, a line from `{` to `}` is taken for one more without counting its brackets:
// the parser will see if it is.
bool Framer::take_line(std::string_view window, std::vector<Frame>& frames) {
  constexpr unsigned kTrusted = 64;
  if (lines_in_a_row_ < kTrusted) return false;
  std::size_t end = window.find('\n', at_);
  if (end == std::string_view::npos) return false;
  if (window[end - 1] == '\r') --end;
  if (window[end - 1] != '}') {
    lines_in_a_row_ = 0;
    return false;
  }
  add(window, at_, end, end - at_ > kMaxRecordBytes ? Reason::too_large : Reason::none, frames);
  at_ = end;
  return true;
}

// Where the element at at_ ends at the latest: at the next record, once much was looked at in vain.
std::size_t Framer::limit_of_element(std::string_view window) {
  if (in_vain_ <= kTimesInVain * std::max(window.size(), kMaxLine)) return window.size();
  return std::min(next_event_start(window, at_ + 1), window.size());
}

bool Framer::take_value(std::string_view window, bool last, std::vector<Frame>& frames) {
  Scan scan{at_, 0, false, false};
  const bool top = mode_ == Mode::top;
  const std::size_t limit = top ? window.size() : limit_of_element(window);
  switch (scan_value(window.substr(0, limit), scan, top)) {
    case ScanEnd::complete: {
      const std::string_view value = window.substr(at_, scan.at - at_);
      if (value.size() > kMaxRecordBytes && top) {
        if (const auto array = find_document_array(value)) {
          enter_array(window, *array, frames);
          return true;
        }
      }
      if (!top) {
        if (!last && text::skip_json_space(window, scan.at) == window.size() && window.size() - at_ <= kMaxUnfinished)
          return false;
        if (swallowed_event(window, at_, scan.at)) return end_before_next_event(window, scan.at, frames);
      }
      add(window, at_, scan.at, value.size() > kMaxRecordBytes ? Reason::too_large : Reason::none, frames);
      const bool whole_line = top && scan.at < window.size() && (window[scan.at] == '\n' || window[scan.at] == '\r') &&
                              value.find('\n') == std::string_view::npos;
      lines_in_a_row_ = whole_line ? lines_in_a_row_ + 1 : 0;
      at_ = scan.at;
      return true;
    }
    case ScanEnd::line_begins_object:
      add(window, at_, scan.at, Reason::broken_json, frames);
      at_ = scan.at;
      return true;
    case ScanEnd::line_feed_in_string: {
      if (top) {
        add(window, at_, scan.at, Reason::broken_json, frames);
        at_ = scan.at;
        return true;
      }
      break;
    }
    case ScanEnd::more:
      if (limit < window.size()) return end_before_next_event(window, limit, frames);
      break;
  }
  return give_up(window, last, scan, frames);
}

// The array element at at_ is broken, as was seen at `seen_at`, and ends where the next record begins; false if none
// does.
bool Framer::end_before_next_event(std::string_view window, std::size_t seen_at, std::vector<Frame>& frames) {
  const std::size_t next = next_event_start(window, at_ + 1);
  if (next == std::string_view::npos) return false;
  in_vain_ += seen_at - std::min(seen_at, next);
  add(window, at_, next, Reason::broken_json, frames);
  if (!frames.empty() && frames.back().end > at_ && window[frames.back().end - 1] == ',') --frames.back().end;
  at_ = next;
  return true;
}

// The value at at_ is broken or not complete in this window.
bool Framer::give_up(std::string_view window, bool last, const Scan& scan, std::vector<Frame>& frames) {
  const bool too_long = window.size() - at_ > kMaxUnfinished;
  if (!last && !too_long) return false;
  if (mode_ == Mode::elements) {
    if (end_before_next_event(window, scan.at, frames)) return true;
  } else if (const auto array = too_long ? find_document_array(window.substr(at_)) : std::nullopt) {
    enter_array(window, *array, frames);
    return true;
  }
  add(window, at_, window.size(), last ? Reason::truncated : Reason::too_large, frames);
  at_ = window.size();
  if (last) return false;
  after_skip_ = mode_;
  mode_ = Mode::skip;
  skipping_ = scan;
  gave_up_ = true;
  return false;
}

// An array element that is neither object nor array, or stray bytes: up to the next comma, bracket or brace outside a
// string. A string may be JSON text.
bool Framer::take_scalar(std::string_view window, bool last, std::vector<Frame>& frames) {
  std::size_t end = at_;
  while (end < window.size() && window[end] != ',' && window[end] != ']' && window[end] != '{') {
    if (window[end] == '"') {
      if (!take_string(window, end)) end = window.size();
    } else {
      ++end;
    }
  }
  if (end >= window.size() && !last && window.size() - at_ <= kMaxUnfinished) return false;
  const std::size_t inside = text::skip_json_space(window, at_ + 1);
  const bool json_text = window[at_] == '"' && inside < end && (window[inside] == '{' || window[inside] == '[') &&
                         window.substr(at_, window.rfind('"', end - 1) - at_).find('\n') == std::string_view::npos;
  add(window, at_, end, json_text ? Reason::none : Reason::not_an_object, frames);
  at_ = end;
  return true;
}

ArrayStart begins_array(std::string_view text) {
  const std::size_t at = text::skip_json_space(text, 1);
  if (at >= text.size()) return ArrayStart::more_needed;
  return std::string_view{"{[\"],"}.find(text[at]) == std::string_view::npos ? ArrayStart::no : ArrayStart::yes;
}

std::optional<DocumentArray> find_document_array(std::string_view json) {
  std::size_t at = 1;
  std::int64_t depth = 1;
  while (true) {
    at = text::skip_json_space(json, at);
    if (at >= json.size() || json[at] != '"') return std::nullopt;
    const auto key = take_string(json, at);
    if (!key) return std::nullopt;
    at = text::skip_json_space(json, at);
    if (at >= json.size() || json[at] != ':') return std::nullopt;
    at = text::skip_json_space(json, at + 1);
    if (at >= json.size()) return std::nullopt;
    if (json[at] == '[' && names_documents(*key)) {
      // Of rows by themselves nobody could say whose words are in them.
      const bool rows = *key == "rows" || *key == "datarows";
      if (rows && !sent_columns_in_front(json.substr(0, at + 1)).empty()) return std::nullopt;
      return DocumentArray{at + 1, depth};
    }
    if (json[at] == '{' && names_document_object(*key) && depth < kMaxDepth) {
      ++depth;
      ++at;
      continue;
    }
    if (!skip_value(json, at)) return std::nullopt;
  }
}

}  // namespace trailkeeper::event
