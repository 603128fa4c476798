#include "ingest/wire/syslog.h"

#include <algorithm>
#include <array>
#include <optional>

namespace trailkeeper::ingest {
namespace {

constexpr std::string_view kBlank{" \t\r\n\0", 5};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kCookie = "@cee:";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view word) { return !word.empty() && std::all_of(word.begin(), word.end(), is_digit); }

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

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
  if (end == std::string_view::npos || text.front() != '<' || !all_digits(text.substr(1, end - 1))) return false;
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
  text = trimmed(text);
  if (take(text, kCookie)) text = trimmed(text);
  if (!text.starts_with('{')) return {};
  return text;
}

// `text` begins behind PRI: VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG], RFC 5424 section 6.
std::optional<std::string_view> json_of_5424(std::string_view text) {
  if (!all_digits(take_word(text))) return {};
  constexpr int kWords = 5;
  for (int i = 0; i < kWords; ++i) {
    if (take_word(text).empty()) return {};
  }
  if (!take_structured_data(text) || !take(text, " ")) return {};
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  take(text, kByteOrderMark);
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
    if (!all_digits(take_padded_word(rest))) return;
    word = take_padded_word(rest);
    if (all_digits(word)) word = take_padded_word(rest);
    if (word.find(':') != std::string_view::npos) text = rest;
  } else if (word.size() >= 19 && is_digit(word.front()) && word[10] == 'T') {
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
    text = trimmed(text);
    const std::size_t end = text.find_first_of(" {@");
    if (words == kWords || end == std::string_view::npos) return {};
    if (end > 0 && text[end] != ' ' && (text[end - 1] == ':' || text[end - 1] == ']')) {
      return json_at_front(text.substr(end));
    }
    if (take_word(text).find('{') != std::string_view::npos) return {};
  }
}

std::optional<std::string_view> json_of(std::string_view message) {
  take(message, kByteOrderMark);
  if (take_priority(message)) {
    if (const auto json = json_of_5424(message)) return json;
  }
  return json_of_3164(message);
}

void add_message(std::string_view message, Delivery& delivery) {
  message = trimmed(message);
  if (message.empty()) return;
  if (const auto json = json_of(message)) {
    delivery.add(*json, 0);
  } else {
    delivery.add(message, 0, event::Reason::not_an_object);
  }
}

void add_rejected(std::string_view bytes, event::Reason reason, Delivery& delivery) {
  if (!trimmed(bytes).empty()) delivery.add(bytes, 0, reason);
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
    result.valid = is_digit(text[i]);
    if (!result.valid) return result;
    result.count = result.count * 10 + static_cast<std::size_t>(text[i] - '0');
    result.valid = result.count <= SyslogDecoder::kMaxMessage;
    if (!result.valid) return result;
  }
  return result;
}

}  // namespace

std::size_t SyslogDecoder::decode(std::string_view window, bool last, Delivery& delivery) {
  std::string_view rest = window;
  while (!rest.empty() && broken_.empty()) {
    const bool counted = !skipping_ && rest.front() >= '1' && rest.front() <= '9';
    const std::size_t done = counted ? take_counted(rest, last, delivery) : take_line(rest, last, delivery);
    if (done == 0) return window.size() - rest.size();
    rest.remove_prefix(done);
  }
  return window.size();
}

std::size_t SyslogDecoder::take_counted(std::string_view rest, bool last, Delivery& delivery) {
  const OctetCount frame = octet_count(rest);
  if (!frame.valid) {
    broken_ = "a message's octet count (RFC 6587) is malformed or larger than " + std::to_string(kMaxMessage);
    dropped_ += rest.size();
    return rest.size();
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

std::size_t SyslogDecoder::take_line(std::string_view rest, bool last, Delivery& delivery) {
  const std::size_t feed = rest.find('\n');
  const bool ended = feed != std::string_view::npos;
  const std::size_t length = ended ? feed : rest.size();
  if (!skipping_ && length > kMaxMessage) {
    add_rejected(rest.substr(0, kKeptOfTooLong), event::Reason::too_large, delivery);
    skipping_ = true;
    dropped_ += length - kKeptOfTooLong;
  } else if (skipping_) {
    dropped_ += length;
  }
  if (!skipping_) {
    if (!ended && !last) return 0;
    add_message(rest.substr(0, length), delivery);
  } else if (ended) {
    skipping_ = false;
  }
  return ended ? length + 1 : length;
}

}  // namespace trailkeeper::ingest
