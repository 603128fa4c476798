// Functions of texts, as Trino has them. Places and lengths are in characters.
#include <re2/re2.h>

#include <algorithm>
#include <clocale>
#include <cwctype>

#include "query/leaves/condition.h"
#include "query/pattern.h"
#include "query/sql/functions/call.h"
#include "query/sql/functions/json_view.h"
#include "query/sql/heap_meter.h"
#include "text/ascii.h"
#include "text/json_writer.h"
#include "text/utf8.h"

namespace trailkeeper::query::sql {
namespace {

std::size_t width_at(std::string_view text, std::size_t at) {
  const std::size_t bytes = text::utf8_at(text, at).bytes;
  return bytes == 0 ? 1 : bytes;
}

std::int64_t characters_in(std::string_view text) {
  std::int64_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += width_at(text, at)) ++count;
  return count;
}

// The byte where a character begins; the end if there are fewer.
std::size_t byte_of(std::string_view text, std::int64_t character) {
  std::size_t at = 0;
  while (at < text.size() && character-- > 0) at += width_at(text, at);
  return at;
}

template <typename Change>
void change_letters(Call& call, const Change& change) {
  static const locale_t kLetters = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const std::string_view text = call.text(0);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const text::Utf8Character character = text::utf8_at(text, at);
    if (character.bytes == 0) {
      out.push_back(text[at++]);
      continue;
    }
    const auto changed = static_cast<char32_t>(change(static_cast<wint_t>(character.code), kLetters));
    text::append_utf8(changed, out);
    at += character.bytes;
  }
  call.give(std::string_view{out});
}

void lower(Call& call) {
  change_letters(call, [](wint_t letter, locale_t locale) { return towlower_l(letter, locale); });
}
void upper(Call& call) {
  change_letters(call, [](wint_t letter, locale_t locale) { return towupper_l(letter, locale); });
}

std::string_view without_blanks(std::string_view text, bool front, bool back) {
  constexpr std::string_view kSpaces = " \t\n\r\f\v";
  if (front) text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
  if (back) text = text.substr(0, text.find_last_not_of(kSpaces) + 1);
  return text;
}

void substr(Call& call) {
  const std::string_view text = call.text(0);
  const std::int64_t size = characters_in(text);
  std::int64_t begin = call.integer(1);
  if (begin < 0) begin = size + begin + 1;
  if (begin <= 0 || begin > size) return call.give(std::string_view{});
  const std::int64_t length = call.size() > 2 ? std::clamp<std::int64_t>(call.integer(2), 0, size) : size;
  const std::size_t from = byte_of(text, begin - 1);
  call.give(text.substr(from, byte_of(text.substr(from), length)));
}

void strpos(Call& call) {
  const std::size_t at = call.text(0).find(call.text(1));
  call.give(at == text::npos ? std::int64_t{0} : characters_in(call.text(0).substr(0, at)) + 1);
}

void replace(Call& call) {
  const std::string_view text = call.text(0);
  const std::string_view old = call.text(1);
  const std::string_view by = call.size() > 2 ? call.text(2) : std::string_view{};
  if (old.empty()) return call.give(text);
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t found = text.find(old, at);
    out.append(text.substr(at, found == text::npos ? found : found - at));
    Call::check_length(out.size());
    if (found == text::npos) break;
    out.append(by);
    at = found + old.size();
  }
  call.give(std::string_view{out});
}

void split(Call& call) {
  std::string_view text = call.text(0);
  const std::string_view separator = call.text(1);
  if (separator.empty()) throw CallFailed{"split: the separator is empty"};
  std::int64_t left = call.size() > 2 ? call.integer(2) : INT64_MAX;
  if (left <= 0) throw CallFailed{"split: the limit must be positive"};
  std::string out;
  text::JsonWriter json{out};
  json.open('[');
  while (true) {
    const std::size_t at = --left > 0 ? text.find(separator) : text::npos;
    json.value(text.substr(0, at));
    if (at == text::npos) break;
    text.remove_prefix(at + separator.size());
  }
  json.close(']');
  call.give(std::string_view{out});
}

void split_part(Call& call) {
  std::string_view text = call.text(0);
  const std::string_view separator = call.text(1);
  std::int64_t index = call.integer(2);
  if (index <= 0) throw CallFailed{"split_part: the index must be positive"};
  if (separator.empty()) throw CallFailed{"split_part: the separator is empty"};
  while (--index > 0) {
    const std::size_t at = text.find(separator);
    if (at == text::npos) return call.give_null();
    text.remove_prefix(at + separator.size());
  }
  call.give(text.substr(0, text.find(separator)));
}

void pad(Call& call, bool front) {
  const std::string_view text = call.text(0);
  const std::int64_t wanted = call.integer(1);
  const std::string_view by = call.text(2);
  if (wanted < 0 || wanted > static_cast<std::int64_t>(Call::kLongestResult / 4))
    throw CallFailed{"lpad, rpad: the length is out of range"};
  if (by.empty()) throw CallFailed{"lpad, rpad: the text to pad with is empty"};
  const std::int64_t size = characters_in(text);
  if (size >= wanted) return call.give(text.substr(0, byte_of(text, wanted)));
  std::string filling;
  for (std::int64_t missing = wanted - size; missing > 0;) {
    const std::int64_t taken = std::min(missing, characters_in(by));
    filling.append(by.substr(0, byte_of(by, taken)));
    missing -= taken;
  }
  call.give(std::string_view{front ? filling + std::string{text} : std::string{text} + filling});
}

void reverse(Call& call) {
  const std::string_view text = call.text(0);
  std::string out(text.size(), '\0');
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t width = width_at(text, at);
    text.substr(at, width).copy(out.data() + (text.size() - at - width), width);
    at += width;
  }
  call.give(std::string_view{out});
}

void chr(Call& call) {
  const std::int64_t code = call.integer(0);
  if (code < 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
    throw CallFailed{"chr: there is no such character"};
  std::string out;
  text::append_utf8(static_cast<char32_t>(code), out);
  call.give(std::string_view{out});
}

void codepoint(Call& call) {
  const std::string_view text = call.text(0);
  if (text.empty() || width_at(text, 0) != text.size()) throw CallFailed{"codepoint takes one character"};
  call.give(static_cast<std::int64_t>(text::utf8_at(text, 0).code));
}

void concat(Call& call) {
  std::string out;
  for (std::size_t i = 0; i < call.size(); ++i) {
    Call::check_length(out.size() + call.text(i).size());
    out.append(call.text(i));
  }
  call.give(std::string_view{out});
}

// A pattern of LIKE as one of ours (query/pattern.h).
void glob(Call& call) {
  const std::string_view pattern = call.text(0);
  const char escape = call.size() > 1 && !call.text(1).empty() ? call.text(1).front() : '\0';
  std::string out;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    char c = pattern[at];
    if (escape != '\0' && c == escape) {
      if (++at == pattern.size()) throw CallFailed{"LIKE: the pattern ends with its escape character"};
      c = pattern[at];
      if (c != '%' && c != '_' && c != escape)
        throw CallFailed{"LIKE: only %, _ and the escape character can be escaped"};
      if (c == '\\') out.push_back('\\');
      out.push_back(c);
    } else if (c == '%' || c == '_') {
      out.push_back(c == '%' ? '*' : '?');
    } else {
      if (c == '*' || c == '?' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
  }
  call.give(std::string_view{out});
}

void like(Call& call) {
  const auto pattern =
      call.kept<Pattern>(1, [](std::string_view text) { return std::make_shared<const Pattern>(text); });
  call.give_truth(pattern->matches(call.text(0)));
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

RE2::Options regex_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(kRegexBytes));
  return options;
}

/// A regular expression with the memory that it may take.
struct CountedRegex {
  // Twice: the table of events may have it, too.
  HeapCharge held{2 * kRegexBytes};
  RE2 regex;
  explicit CountedRegex(std::string_view text) : regex(piece(text), regex_options()) {}
};

std::shared_ptr<const RE2> regex_of(Call& call) {
  const auto kept = call.kept<CountedRegex>(1, [](std::string_view text) {
    auto made = std::make_shared<const CountedRegex>(text);
    if (!made->regex.ok()) throw CallFailed{"the regular expression can't be used: " + made->regex.error()};
    return made;
  });
  return {kept, &kept->regex};
}

void regexp_like(Call& call) { call.give_truth(RE2::PartialMatch(piece(call.text(0)), *regex_of(call))); }

// Calls `visit` for each place where the regular expression fits, with the group that is asked for.
template <typename Visit>
void for_each_match(Call& call, const Visit& visit) {
  const std::shared_ptr<const RE2> regex = regex_of(call);
  const re2::StringPiece text = piece(call.text(0));
  const std::int64_t group = call.size() > 2 ? call.integer(2) : 0;
  if (group < 0 || group > regex->NumberOfCapturingGroups())
    throw CallFailed{"the regular expression has no such group"};
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(group) + 1);
  std::size_t at = 0;
  while (at <= text.size() &&
         regex->Match(text, at, text.size(), RE2::UNANCHORED, found.data(), static_cast<int>(found.size()))) {
    if (!visit(found[static_cast<std::size_t>(group)])) return;
    const auto end = static_cast<std::size_t>(found[0].data() - text.data()) + found[0].size();
    at = found[0].empty() ? end + 1 : end;
  }
}

void regexp_extract(Call& call) {
  for_each_match(call, [&](re2::StringPiece found) {
    if (found.data() != nullptr) call.give(std::string_view{found.data(), found.size()});
    return false;
  });
}

void regexp_extract_all(Call& call) {
  std::string out;
  text::JsonWriter json{out};
  json.open('[');
  for_each_match(call, [&](re2::StringPiece found) {
    if (found.data() == nullptr) {
      json.raw("null");
    } else {
      json.value(std::string_view{found.data(), found.size()});
    }
    Call::check_length(out.size());
    return true;
  });
  json.close(']');
  call.give(std::string_view{out});
}

void regexp_count(Call& call) {
  std::int64_t count = 0;
  for_each_match(call, [&](re2::StringPiece) { return ++count > 0; });
  call.give(count);
}

// Appends what stands for a match: groups in place of \1 and so on.
void append_rewritten(const std::string& by, const std::vector<re2::StringPiece>& found, std::string& out) {
  for (std::size_t i = 0; i < by.size(); ++i) {
    const bool escaped = by[i] == '\\' && i + 1 < by.size();
    if (escaped) ++i;
    if (escaped && text::is_digit(by[i])) {
      const re2::StringPiece group = found[static_cast<std::size_t>(by[i] - '0')];
      Call::check_length(out.size() + group.size());
      if (!group.empty()) out.append(group.data(), group.size());
    } else {
      out.push_back(by[i]);
    }
  }
  Call::check_length(out.size());
}

// As RE2::GlobalReplace, which doesn't bound what it makes.
void replace_matches(Call& call, const RE2& regex, const std::string& by) {
  const std::string_view text = call.text(0);
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(regex.NumberOfCapturingGroups()) + 1);
  std::string out;
  std::size_t at = 0;
  std::size_t last = text::npos;
  while (at <= text.size() &&
         regex.Match(piece(text), at, text.size(), RE2::UNANCHORED, found.data(), static_cast<int>(found.size()))) {
    const auto begin = static_cast<std::size_t>(found[0].data() - text.data());
    out.append(text.substr(at, begin - at));
    at = begin;
    if (begin == last && found[0].empty()) {
      // Not an empty match where the last one ended.
      if (at == text.size()) break;
      out.append(text.substr(at, width_at(text, at)));
      at += width_at(text, at);
      continue;
    }
    append_rewritten(by, found, out);
    at += found[0].size();
    last = at;
  }
  if (at < text.size()) out.append(text.substr(at));
  call.give(std::string_view{out});
}

// Trino writes groups as $1; RE2 as \1.
void regexp_replace(Call& call) {
  const std::shared_ptr<const RE2> regex = regex_of(call);
  std::string by;
  const std::string_view given = call.size() > 2 ? call.text(2) : std::string_view{};
  for (std::size_t at = 0; at < given.size(); ++at) {
    if (given[at] == '$' && at + 1 < given.size() && text::is_digit(given[at + 1])) {
      by.push_back('\\');
    } else if (given[at] == '\\' && at + 1 < given.size()) {
      ++at;
      if (given[at] == '\\') by.push_back('\\');
      by.push_back(given[at]);
    } else {
      by.push_back(given[at]);
    }
  }
  std::string why;
  if (!regex->CheckRewriteString(by, &why))
    throw CallFailed{"regexp_replace: the regular expression has no such group"};
  replace_matches(call, *regex, by);
}

void url_extract_host(Call& call) {
  static const RE2 kUrl{R"(^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]*))"};
  re2::StringPiece host;
  if (!RE2::PartialMatch(piece(call.text(0)), kUrl, &host)) return call.give_null();
  call.give(std::string_view{host.data(), host.size()});
}

constexpr ScalarFunction kTextFunctions[] = {
    {"lower", 1, true, lower},
    {"upper", 1, true, upper},
    {"trim", 1, true, [](Call& call) { call.give(without_blanks(call.text(0), true, true)); }},
    {"ltrim", 1, true, [](Call& call) { call.give(without_blanks(call.text(0), true, false)); }},
    {"rtrim", 1, true, [](Call& call) { call.give(without_blanks(call.text(0), false, true)); }},
    {"length", 1, true, [](Call& call) { call.give(characters_in(call.text(0))); }},
    {"substr", -1, true, substr},
    {"strpos", 2, true, strpos},
    {"replace", -1, true, replace},
    {"split", -1, true, split},
    {"split_part", 3, true, split_part},
    {"starts_with", 2, true, [](Call& call) { call.give_truth(call.text(0).starts_with(call.text(1))); }},
    {"ends_with", 2, true, [](Call& call) { call.give_truth(call.text(0).ends_with(call.text(1))); }},
    {"lpad", 3, true, [](Call& call) { pad(call, true); }},
    {"rpad", 3, true, [](Call& call) { pad(call, false); }},
    {"reverse", 1, true, reverse},
    {"chr", 1, true, chr},
    {"codepoint", 1, true, codepoint},
    {"concat", -1, true, concat},
    {"glob", -1, true, glob},
    {"like", 2, true, like},
    {"regexp_like", 2, true, regexp_like},
    {"regexp_extract", -1, true, regexp_extract},
    {"regexp_extract_all", -1, true, regexp_extract_all},
    {"regexp_count", 2, true, regexp_count},
    {"regexp_replace", -1, true, regexp_replace},
    {"url_extract_host", 1, true, url_extract_host},
};

}  // namespace

std::span<const ScalarFunction> text_functions() { return kTextFunctions; }

}  // namespace trailkeeper::query::sql
