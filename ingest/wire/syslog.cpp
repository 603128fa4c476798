#include "ingest/wire/syslog.h"

#include <algorithm>
#include <array>
#include <optional>

#include "text/ascii.h"
#include "text/utf8.h"

namespace trailkeeper::ingest {
namespace {

constexpr std::string_view kCookie = "@cee:";

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// A word and the one space behind it (RFC 5424 has exactly one); empty if there is none.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = text.find(' ');
  if (end == std::string_view::npos) return {};
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end + 1);
  return word;
}

// As take_word, but passes over any number of spaces before it.
std::string_view take_padded_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return take_word(text);
}

// `<` 1*3DIGIT `>`: RFC 5424 section 6.2.1, RFC 3164 section 4.1.1.
bool take_priority(std::string_view& text) {
  const std::size_t end = text.substr(0, 5).find('>');
  if (end == std::string_view::npos || text.front() != '<' || !text::is_digits(text.substr(1, end - 1))) return false;
  text.remove_prefix(end + 1);
  return true;
}

// `-` or elements `[id name="value" …]`, where a value escapes `"`, `\` and `]`: RFC 5424 section 6.3.
bool take_structured_data(std::string_view& text) {
  if (take(text, "-")) return true;
  if (!text.starts_with('[')) return false;
  while (text.starts_with('[')) {
    bool quoted = false;
    std::size_t at = 1;
    for (; at < text.size() && (quoted || text[at] != ']'); ++at) {
      if (quoted && text[at] == '\\') {
        ++at;
      } else if (text[at] == '"') {
        quoted = !quoted;
      }
    }
    if (at >= text.size()) return false;
    text.remove_prefix(at + 1);
  }
  return true;
}

// What begins with `{`, perhaps behind the cookie that says so (Project Lumberjack's CEE).
std::optional<std::string_view> json_at_front(std::string_view text) {
  text = text::trimmed(text);
  if (take(text, kCookie)) text = text::trimmed(text);
  if (!text.starts_with('{')) return {};
  return text;
}

// `text` begins behind PRI: VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG], RFC 5424 section 6.
std::optional<std::string_view> json_of_5424(std::string_view text) {
  if (!text::is_digits(take_word(text))) return {};
  constexpr int kWords = 5;
  for (int i = 0; i < kWords; ++i) {
    if (take_word(text).empty()) return {};
  }
  if (!take_structured_data(text) || !take(text, " ")) return {};
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  take(text, text::kByteOrderMark);
  return json_at_front(text);
}

bool is_month(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return std::find(kMonths.begin(), kMonths.end(), word) != kMonths.end();
}

// `Mmm dd [yyyy] hh:mm:ss` of RFC 3164 section 4.1.2 (some devices add the year), or one of RFC 3339, as relays put it.
void take_timestamp(std::string_view& text) {
  std::string_view rest = text;
  std::string_view word = take_padded_word(rest);
  if (is_month(word)) {
    if (!text::is_digits(take_padded_word(rest))) return;
    word = take_padded_word(rest);
    if (text::is_digits(word)) word = take_padded_word(rest);
    if (word.find(':') != std::string_view::npos) text = rest;
  } else if (word.size() >= 19 && text::is_digit(word.front()) && word[10] == 'T') {
    text = rest;
  }
}

// `text` begins behind PRI, if there is one: [TIMESTAMP] [HOSTNAME] [TAG] CONTENT. The tag ends with a colon, a bracket
// or a space; the content may follow it without one.
std::optional<std::string_view> json_of_3164(std::string_view text) {
  take_timestamp(text);
  constexpr int kWords = 2;
  for (int words = 0;; ++words) {
    if (const auto json = json_at_front(text)) return json;
    text = text::trimmed(text);
    const std::size_t end = text.find_first_of(" {@");
    if (words == kWords || end == std::string_view::npos) return {};
    if (end > 0 && text[end] != ' ' && (text[end - 1] == ':' || text[end - 1] == ']')) {
      return json_at_front(text.substr(end));
    }
    if (take_word(text).find('{') != std::string_view::npos) return {};
  }
}

std::optional<std::string_view> json_of(std::string_view message) {
  take(message, text::kByteOrderMark);
  if (take_priority(message)) {
    if (const auto json = json_of_5424(message)) return json;
  }
  return json_of_3164(message);
}

void add_message(std::string_view message, Delivery& delivery) {
  message = text::trimmed(message);
  if (message.empty()) return;
  if (const auto json = json_of(message)) {
    delivery.add(*json, 0);
  } else {
    delivery.add(message, 0, event::Reason::not_an_object);
  }
}

constexpr std::string_view kLineEnds{"\n\0", 2};

bool is_line_end(char c) { return c == '\n' || c == '\0'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Whether the bytes behind a JSON text, or behind a line that ends inside one, begin a message.
enum class Begins : std::uint8_t { no, yes, unknown };

// `<` 1*3DIGIT `>`.
Begins begins_with_priority(std::string_view text, bool last) {
  constexpr std::size_t kMostDigits = 3;
  if (!text.starts_with('<')) return Begins::no;
  std::size_t at = 1;
  while (at < text.size() && at <= kMostDigits && text::is_digit(text[at])) ++at;
  if (at == text.size()) return last ? Begins::no : Begins::unknown;
  return at > 1 && text[at] == '>' ? Begins::yes : Begins::no;
}

// A count and a message with PRI.
Begins begins_with_count(std::string_view text, bool last) {
  constexpr std::size_t kMostDigits = 7;
  if (text.empty() || text.front() == '0') return Begins::no;
  std::size_t at = 0;
  while (at < text.size() && at < kMostDigits && text::is_digit(text[at])) ++at;
  if (at == 0) return Begins::no;
  if (at + 1 >= text.size()) {
    return last || (at < text.size() && text[at] != ' ') ? Begins::no : Begins::unknown;
  }
  return text[at] == ' ' ? begins_with_priority(text.substr(at + 1), last) : Begins::no;
}

Begins begins_message(std::string_view text, bool last) {
  if (text::is_digit(text.front())) return begins_with_count(text, last);
  return text.front() == '{' ? Begins::yes : begins_with_priority(text, last);
}

// Whether the line feed at text[feed], between the tokens of a JSON text, ends a message whose JSON is broken: what
// follows begins another, or can't stand there in JSON laid out over lines. `before`: the last byte before `text` that
// isn't white space.
Begins line_feed_ends(std::string_view text, std::size_t feed, char before, bool last) {
  constexpr std::size_t kMostBlank = std::size_t{64} << 10;
  std::size_t next = feed + 1;
  while (next < text.size() && next - feed < kMostBlank && is_space(text[next])) ++next;
  if (next - feed >= kMostBlank) return Begins::yes;
  if (next == text.size()) return last ? Begins::yes : Begins::unknown;
  if (text[next] == '{') {
    std::size_t at = feed;
    while (at > 0 && is_space(text[at - 1])) --at;
    const char visible = at > 0 ? text[at - 1] : before;
    return visible == '[' || visible == ':' || visible == ',' ? Begins::no : Begins::yes;
  }
  if (text::is_digit(text[next])) return begins_with_count(text.substr(next), last);
  constexpr std::string_view kTokens{"\"-}],:[tfn\0", 11};
  return kTokens.find(text[next]) == std::string_view::npos ? Begins::yes : Begins::no;
}

void add_rejected(std::string_view bytes, event::Reason reason, Delivery& delivery) {
  if (!text::trimmed(bytes).empty()) delivery.add(bytes, 0, reason);
}

// MSG-LEN SP of RFC 6587 section 3.4.1.
struct OctetCount {
  std::size_t count = 0;
  std::size_t length = 0;  // Of the digits and the space; 0: more bytes are needed.
  bool valid = true;
};

OctetCount octet_count(std::string_view text) {
  OctetCount result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') {
      result.length = i + 1;
      return result;
    }
    result.valid = text::is_digit(text[i]);
    if (!result.valid) return result;
    result.count = result.count * 10 + static_cast<std::size_t>(text[i] - '0');
    result.valid = result.count <= SyslogDecoder::kMaxMessage;
    if (!result.valid) return result;
  }
  return result;
}

}  // namespace

WireResult<std::size_t> SyslogDecoder::decode(std::string_view window, bool last, Delivery& delivery) {
  std::string_view rest = window;
  while (!rest.empty() && !delivery.full()) {
    const WireResult<std::size_t> done = take_next(rest, last, delivery);
    if (!done) return done.error();
    if (*done == 0) break;
    rest.remove_prefix(*done);
  }
  rested_ = false;
  return window.size() - rest.size();
}

WireResult<std::size_t> SyslogDecoder::take_next(std::string_view rest, bool last, Delivery& delivery) {
  const bool at_front = scan_.at == 0 && !skipping_ && !leftover_;
  if (!at_front) return take_message(rest, last, delivery);
  if (const std::size_t blank = take_blank(rest); blank > 0) return blank;
  if (behind_json_) {
    const Begins begins = begins_message(rest, last);
    if (begins == Begins::unknown) return 0;
    behind_json_ = false;
    leftover_ = begins == Begins::no;
  }
  const bool counted = !leftover_ && rest.front() >= '1' && rest.front() <= '9';
  if (counted) return take_counted(rest, last, delivery);
  return take_message(rest, last, delivery);
}

std::size_t SyslogDecoder::take_blank(std::string_view rest) {
  const std::size_t end = rest.size() - text::trimmed_front(rest).size();
  if (rest.substr(0, end).find_first_of(kLineEnds) != std::string_view::npos) {
    behind_json_ = false;
    lines_ = true;
  }
  return end;
}

WireResult<std::size_t> SyslogDecoder::take_counted(std::string_view rest, bool last, Delivery& delivery) {
  const OctetCount frame = octet_count(rest);
  if (!frame.valid) {
    dropped_ += rest.size();
    return WireProblem{"a message's octet count (RFC 6587) is malformed or larger than " + std::to_string(kMaxMessage),
                       ""};
  }
  const bool complete = frame.length > 0 && rest.size() - frame.length >= frame.count;
  if (complete) {
    add_message(rest.substr(frame.length, frame.count), delivery);
    return frame.length + frame.count;
  }
  if (!last) return 0;
  add_rejected(rest.substr(frame.length), event::Reason::truncated, delivery);
  return rest.size();
}

std::size_t SyslogDecoder::take_message(std::string_view rest, bool last, Delivery& delivery) {
  const End end = find_end(rest, last);
  const std::size_t length = scan_.at;
  const bool over = end != End::none || last;
  if (!skipping_ && length > kMaxMessage) {
    add_rejected(rest.substr(0, kKeptOfTooLong), event::Reason::too_large, delivery);
    dropped_ += length - kKeptOfTooLong;
    skipping_ = true;
  } else if (skipping_) {
    dropped_ += length;
  } else if (!over) {
    return 0;
  } else if (leftover_) {
    add_rejected(text::trimmed(rest.substr(0, length)), event::Reason::not_an_object, delivery);
  } else {
    add_message(rest.substr(0, length), delivery);
  }
  if (over) {
    scan_ = {};
    skipping_ = leftover_ = false;
    behind_json_ = end == End::json;
  } else {
    std::size_t visible = length;
    while (visible > 0 && is_space(rest[visible - 1])) --visible;
    if (visible > 0) scan_.before = rest[visible - 1];
    scan_.at = 0;
  }
  return end == End::line ? length + 1 : length;
}

// Goes on to the end of the message, or of what has come of it; scan_.at is there then.
SyslogDecoder::End SyslogDecoder::find_end(std::string_view rest, bool last) {
  if (!scan_.behind) {
    End end = scan_.depth == 0 ? find_json(rest) : End::none;
    if (scan_.depth > 0) end = find_end_of_json(rest, last);
    if (end != End::json) {
      lines_ = lines_ || end == End::line;
      return end;
    }
    scan_.behind = true;
  }
  return find_end_behind_json(rest, last);
}

// On a connection on which lines are messages, the line ends the message: who is told of in it mustn't. Else another
// message may follow at once.
SyslogDecoder::End SyslogDecoder::find_end_behind_json(std::string_view rest, bool last) {
  if (!scan_.words) {
    scan_.at = std::min(rest.find_first_not_of(" \t\r", scan_.at), rest.size());
    // Who puts nothing between messages isn't kept waiting for the next one.
    if (scan_.at == rest.size()) return last || (rested_ && !lines_) ? End::json : End::none;
    if (!lines_ && !is_line_end(rest[scan_.at])) {
      const Begins begins = begins_message(rest.substr(scan_.at), last);
      if (begins == Begins::unknown) return End::none;
      if (begins == Begins::yes) return End::json;
    }
    scan_.words = true;
  }
  scan_.at = std::min(rest.find_first_of(kLineEnds, scan_.at), rest.size());
  if (scan_.at == rest.size()) return End::none;
  lines_ = true;
  return End::line;
}

// To the end of the line, or behind the brace that begins the JSON text.
SyslogDecoder::End SyslogDecoder::find_json(std::string_view rest) {
  // Headers are short and have few braces; beyond that the line's end is the message's.
  constexpr std::size_t kMostBraces = 64;
  constexpr std::size_t kMostHeader = std::size_t{16} << 10;
  for (; scan_.at < rest.size(); ++scan_.at) {
    const char c = rest[scan_.at];
    if (is_line_end(c)) return End::line;
    if (c != '{' || leftover_ || skipping_ || scan_.at > kMostHeader || scan_.braces++ >= kMostBraces) continue;
    const auto json = json_of(rest.substr(0, scan_.at + 1));
    if (!json || json->data() != rest.data() + scan_.at) continue;
    ++scan_.at;
    scan_.depth = 1;
    break;
  }
  return End::none;
}

SyslogDecoder::End SyslogDecoder::find_end_of_json(std::string_view rest, bool last) {
  for (; scan_.at < rest.size(); ++scan_.at) {
    const char c = rest[scan_.at];
    if (c == '\0') return End::line;
    if (scan_.in_string) {
      if (c == '\n') return End::line;
      if (scan_.escaped) {
        scan_.escaped = false;
      } else if (c == '\\') {
        scan_.escaped = true;
      } else if (c == '"') {
        scan_.in_string = false;
      }
    } else if (c == '"') {
      scan_.in_string = true;
    } else if (c == '{' || c == '[') {
      ++scan_.depth;
    } else if (c == '}' || c == ']') {
      if (--scan_.depth > 0) continue;
      ++scan_.at;
      return End::json;
    } else if (c == '\n') {
      const Begins ends = line_feed_ends(rest, scan_.at, scan_.before, last);
      if (ends == Begins::yes) return End::line;
      if (ends == Begins::unknown) break;
    }
  }
  return End::none;
}

}  // namespace trailkeeper::ingest
