#include "rules/credits/secret_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "event/phrase_set.h"
#include "rules/credits/secret_mention.h"
#include "rules/credits/secret_signs.h"
#include "text/ascii.h"
#include "text/letters.h"
#include "text/utf8.h"

namespace trailkeeper::rules::credits {
namespace {

bool is_one_of(char c, std::string_view chars) { return chars.find(c) != text::npos; }
bool is_quote(char c) { return is_one_of(c, "\"'`"); }
bool ends_value(char c) { return c == '\0' || is_one_of(c, "&;#\"'`<> \t\r\n,(){}[]\\|"); }
bool is_ascii_word(char c) { return event::is_word_byte(c) && static_cast<unsigned char>(c) < 0x80; }

// Where a word ends, with what joins its parts.
std::size_t joined_end(std::string_view text, std::size_t at) {
  while (at < text.size() && (event::is_word_byte(text[at]) || text[at] == '-' || text[at] == '_') &&
         text::wide_space_at(text, at) == 0) {
    ++at;
  }
  return at;
}

bool is_literal(std::string_view value) {
  constexpr std::array<std::string_view, 7> kLiterals{"null", "true", "false", "undefined", "None", "nil", "NaN"};
  return std::find(kLiterals.begin(), kLiterals.end(), value) != kLiterals.end();
}

// What a sentence has behind an Org ID's name that is no Org ID. Whatever isn't here is taken for one.
bool is_of_sentence(std::string_view word) {
  constexpr std::array<std::string_view, 72> kWords{
      "a",        "already", "an",      "and",       "are",     "as",       "at",       "be",     "been",
      "but",      "by",      "can",     "cannot",    "could",   "couldn",   "did",      "didn",   "does",
      "doesn",    "exceeds", "exists",  "fails",     "failed",  "field",    "for",      "format", "from",
      "given",    "has",     "have",    "if",        "in",      "invalid",  "is",       "isn",    "it",
      "length",   "list",    "matches", "may",       "member",  "missing",  "must",     "not",    "of",
      "on",       "only",    "or",      "parameter", "pattern", "provided", "required", "should", "specified",
      "supplied", "that",    "the",     "this",      "to",      "too",      "unknown",  "valid",  "value",
      "values",   "was",     "wasn",    "when",      "which",   "with",     "without",  "wrong",  "you"};
  const std::string small = text::lowered(word);
  return std::find(kWords.begin(), kWords.end(), small) != kWords.end();
}

// What a name of several parts ends with: `org_id_list`.
bool is_of_name(std::string_view piece) {
  constexpr std::array<std::string_view, 16> kParts{"count", "error",  "field",  "hash",  "header", "input",
                                                    "key",   "label",  "length", "list",  "name",   "number",
                                                    "s",     "status", "type",   "values"};
  return std::find(kParts.begin(), kParts.end(), text::lowered(piece)) != kParts.end();
}

// A code rather than a word of a sentence: it has a digit, or a capital within.
bool is_like_code(std::string_view value) {
  return text::has_digit(value) ||
         std::any_of(value.begin() + 1, value.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// What stands between a name and its value.
struct Gap {
  std::size_t value = text::npos;  // Where the value begins; text::npos: there is none.
  bool bound = false;              // By `=`, `:` and the like.
  bool firm = false;               // By one that sentences and tables don't have, or quotes are around the value.
  bool of_path = false;            // By `/`: the value ends where another begins.
};

/// Reads it.
class GapReader {
 public:
  GapReader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  Gap read() {
    const bool quoted_name = at_ < text_.size() && (is_quote(text_[at_]) || text_[at_] == '\\');
    if (quoted_name && read_multipart()) return {at_, true, true, false};
    if (at_ < text_.size() && text_[at_] == '/' && at_ + 1 < text_.size() && text_[at_ + 1] != '>') {
      return {at_ + 1, true, true, true};
    }
    skip_closers();
    Gap gap;
    // Twice: a key may end with a colon of its own, `"Org ID:":"0Xy12"`.
    for (int round = 0; round < 2; ++round) {
      read_separators(quoted_name, gap);
      skip_openers(gap);
    }
    gap.value = at_;
    return gap;
  }

 private:
  // `name="orgId"`, perhaps more of a head, a blank line.
  bool read_multipart() {
    constexpr std::size_t kLongestHead = 512;
    const std::size_t behind = text_.find_first_not_of("\\\"'`", at_);
    if (behind == text::npos || !is_one_of(text_[behind], ";\r\n")) return false;
    const std::string_view head = text_.substr(behind, kLongestHead);
    for (const std::string_view blank : {std::string_view{"\r\n\r\n"}, std::string_view{"\n\n"}}) {
      if (const std::size_t end = head.find(blank); end != text::npos) {
        at_ = behind + end + blank.size();
        return true;
      }
    }
    return false;
  }

  // Quotes and brackets behind a name, and what counts its values: `orgId[0]`, `orgId.0`.
  void skip_closers() {
    while (at_ < text_.size()) {
      const std::size_t from = at_;
      at_ += wide_quote();
      if (at_ < text_.size() && is_one_of(text_[at_], "\\\"'`] \t")) ++at_;
      const char c = at_ < text_.size() ? text_[at_] : '\0';
      if (c == '[' || c == '.') {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text::is_digit(text_[end])) ++end;
        const bool closed = c == '[' ? end < text_.size() && text_[end] == ']' : end > at_ + 1;
        if (closed) at_ = end + (c == '[' ? 1 : 0);
      }
      if (at_ == from) return;
    }
  }

  void read_separators(bool quoted_name, Gap& gap) {
    constexpr std::array<std::string_view, 11> kFirm{"=>", ":=", "=", "%3D", "%3d", ">", ":", "%3A", "%3a", "|", ";"};
    constexpr std::size_t kFirmOnes = 6;
    while (at_ < text_.size()) {
      const auto* const found =
          std::find_if(kFirm.begin(), kFirm.end(), [&](std::string_view one) { return rest().starts_with(one); });
      if (found != kFirm.end()) {
        at_ += found->size();
        gap.firm = gap.firm || found < kFirm.begin() + kFirmOnes;
      } else if (const std::size_t wide = wide_separator(); wide > 0) {
        at_ += wide;
      } else if (!gap.bound && ((text_[at_] == ',' && quoted_name) || rest().starts_with("- "))) {
        ++at_;
      } else {
        return;
      }
      gap.bound = true;
    }
  }

  // Quotes, brackets and space before a value; lines only if what follows still belongs to the name.
  void skip_openers(Gap& gap) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_one_of(c, "\\\"'`")) gap.firm = true;
      if (is_one_of(c, "\r\n")) {
        const std::size_t line = text_.find_first_not_of("\r\n", at_);
        if (!gap.bound || line == text::npos || !is_one_of(text_[line], " \t-")) return;
        at_ = line;
      } else if (is_one_of(c, "\\\"'` \t[({") || (gap.bound && is_one_of(c, "|>")) || rest().starts_with("- ")) {
        ++at_;
      } else if (const std::size_t wide = wide_quote(); wide > 0) {
        at_ += wide;
      } else {
        return;
      }
    }
  }

  // Beyond ASCII: spaces and quotes, and what binds, such as dashes and full-width colons. Bytes of what is there.
  [[nodiscard]] std::size_t wide_quote() const {
    const std::size_t wide = at_ < text_.size() ? text::wide_space_at(text_, at_) : 0;
    return wide > 0 && is_quote_or_space() ? wide : 0;
  }
  [[nodiscard]] std::size_t wide_separator() const { return is_quote_or_space() ? 0 : text::wide_space_at(text_, at_); }
  [[nodiscard]] bool is_quote_or_space() const {
    const char32_t code = text::utf8_at(text_, at_).code;
    constexpr std::array<char32_t, 6> kOthers{0xA0, 0xAB, 0xBB, 0x202F, 0x2039, 0x203A};
    return (code >= 0x2000 && code <= 0x200F) || (code >= 0x2018 && code <= 0x201F) ||
           (code >= 0x3000 && code <= 0x301F) || std::find(kOthers.begin(), kOthers.end(), code) != kOthers.end();
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }

  std::string_view text_;
  std::size_t at_;
};

// Of several words in quotes; 0: there are none.
std::size_t quoted_end(std::string_view text, std::size_t begin) {
  if (begin == 0 || !is_quote(text[begin - 1])) return 0;
  const std::string_view near = text.substr(begin, event::PhraseSet::kLongest + 1);
  const std::size_t size = near.find(text[begin - 1]);
  if (size == text::npos || size == 0) return 0;
  const std::string_view quoted = near.substr(0, size);
  const bool whole = std::none_of(quoted.begin(), quoted.end(), [](char c) { return c != ' ' && ends_value(c); });
  return whole ? begin + size : 0;
}

std::size_t value_end(std::string_view text, const Gap& gap) {
  std::size_t at = quoted_end(text, gap.value);
  if (at > 0) return at;
  at = gap.value;
  while (at < text.size() && !ends_value(text[at]) && !(gap.of_path && is_one_of(text[at], "/?")) &&
         text::wide_space_at(text, at) == 0) {
    ++at;
  }
  // A sentence's.
  while (at > gap.value && is_one_of(text[at - 1], ".:!?")) --at;
  return at;
}

/// Looks for values in a text.
class TextReader {
 public:
  TextReader(std::string_view text, const TextRules& rules) : text_(text), rules_(rules) {}

  std::vector<SecretInText> read() {
    if (rules_.org_ids || may_name_code(text_)) add_named();
    if (rules_.all_words) add_encoded();
    if (rules_.all_words && first_ != Secret::none) add_words();
    std::stable_sort(values_.begin(), values_.end(),
                     [](const SecretInText& a, const SecretInText& b) { return a.begin < b.begin; });
    std::size_t end = 0;
    std::erase_if(values_, [&end](const SecretInText& value) {
      if (value.begin < end) return true;
      end = value.end;
      return false;
    });
    return std::move(values_);
  }

 private:
  // orgId=0Xy12, "orgId": "0Xy12", <orgId>0Xy12.
  void add_named() {
    std::size_t at = 0;
    for (auto name = find_secret_name(text_, at); name; name = find_secret_name(text_, at)) {
      at = name->end;
      if (is_of_activate_only(name->secret) && !rules_.org_ids) continue;
      if (first_ == Secret::none) first_ = name->secret;
      names_.push_back(*name);
      const bool closes = name->begin > 0 && text_[name->begin - 1] == '/' && text_.substr(at).starts_with('>');
      if (closes) continue;  // `</orgId>`
      if (rules_.sentences || name->secret == Secret::promotion_code) add_before(*name);
      const std::size_t glued = add_glued(*name);
      at = std::max(at, glued > 0 ? glued : add_behind(*name));
    }
  }

  // What a name goes on with: `orgId0Xy12`, `org_id_0Xy12`, `A3POPCSUMMER`. Where it ends; 0: there is none.
  std::size_t add_glued(const SecretName& name) {
    std::size_t begin = name.end;
    const bool joined = begin < text_.size() && is_one_of(text_[begin], "-_");
    if (joined) ++begin;
    std::size_t piece_end = begin;
    while (piece_end < text_.size() && is_ascii_word(text_[piece_end])) ++piece_end;
    if (piece_end == begin || (!joined && !name.tag && begin == name.end && piece_end == name.end)) return 0;
    const std::string_view piece = text_.substr(begin, piece_end - begin);
    constexpr std::size_t kShortest = 4;
    const bool digits = text::has_digit(piece) && piece.size() >= kShortest;
    const bool word = joined && rules_.sentences && !is_of_sentence(piece) && !is_of_name(piece);
    if (!name.tag && !digits && !word) return 0;
    const std::size_t end = name.tag ? value_end(text_, {begin, true, true, false}) : joined_end(text_, begin);
    const bool letters = !text::is_digits(piece);
    constexpr std::size_t kManyDigits = 6;
    values_.push_back(
        {begin, end, name.secret, false, digits && (letters || piece.size() >= kManyDigits), true, !joined});
    return end;
  }

  // Base64 of what names an Org ID, as tokens and bodies are: all of it.
  void add_encoded() {
    for (const auto& [begin, end] : encoded_secret_names(text_)) {
      values_.push_back({begin, end, Secret::org_id, false, false, true});
    }
  }

  // Where the value behind a name ends; 0: there is none.
  std::size_t add_behind(const SecretName& name) {
    const Gap gap = GapReader{text_, name.end}.read();
    if (gap.value == text::npos || (!gap.bound && gap.value == name.end)) return 0;
    const std::size_t end = value_end(text_, gap);
    const std::string_view value = text_.substr(gap.value, end - gap.value);
    if (value.empty() || is_literal(value)) return 0;
    // In other events than Activate's a sentence may go on with any word.
    const bool as_code = name.secret == Secret::promotion_code && (gap.firm || is_like_code(value));
    if (!gap.bound && !rules_.sentences && !as_code) return 0;
    const bool loose = !gap.bound || !gap.firm;
    if (loose && (is_of_sentence(value) || secret_named(value) != Secret::none)) return 0;
    const bool quoted = is_one_of(text_[gap.value - 1], "\\\"'");
    const bool key_is_quoted = name.end < text_.size() && text_[name.end] == '"';
    const bool sure = gap.firm || text::has_digit(value);
    values_.push_back({gap.value, end, name.secret, !quoted && key_is_quoted && gap.bound, sure, true});
    return end;
  }

  // AWS's own words: `Value '0Xy12' at 'orgId' failed to satisfy constraint`.
  void add_before(const SecretName& name) {
    std::string_view before = text_.substr(0, name.begin);
    const auto strip = [&before](std::string_view chars) {
      while (!before.empty() && is_one_of(before.back(), chars)) before.remove_suffix(1);
    };
    strip("\\\"'`");
    strip(" ");
    if (!before.ends_with(" at")) return;
    before.remove_suffix(3);
    if (before.empty() || !is_quote(before.back())) return;
    const char quote = before.back();
    before.remove_suffix(1);
    while (before.ends_with('\\')) before.remove_suffix(1);
    const std::size_t end = before.size();
    const std::string_view near = before.substr(end - std::min(end, event::PhraseSet::kLongest + 1));
    const std::size_t open = near.rfind(quote);
    if (open == text::npos || open + 1 == near.size() || is_literal(near.substr(open + 1))) return;
    values_.push_back({end - (near.size() - open - 1), end, name.secret, false, true, true});
  }

  // Which word of a text the value is, nobody can tell: a name doesn't have to stand before it.
  void add_words() {
    add_quoted();
    auto name = names_.begin();
    for (std::size_t at = 0; at < text_.size();) {
      std::size_t end = joined_end(text_, at);
      while (name != names_.end() && name->end <= at) ++name;
      // What a name is glued to is a word, too.
      const bool named = name != names_.end() && name->begin < end;
      if (named && name->begin <= at) {
        at = name->end;
        continue;
      }
      if (named) end = name->begin;
      while (at < end && is_one_of(text_[at], "-_")) ++at;
      while (named && end > at && is_one_of(text_[end - 1], "-_")) --end;
      const std::string_view word = text_.substr(at, end - at);
      if (text::has_digit(word) && may_be_known(word)) add_word(at, end, named);
      at = std::max(end, at + 1);
    }
  }

  void add_quoted() {
    for (std::size_t at = 0; at + 1 < text_.size(); ++at) {
      const bool opens = is_quote(text_[at]) && (at == 0 || !event::is_word_byte(text_[at - 1]));
      if (!opens) continue;
      const std::string_view near = text_.substr(at + 1, event::PhraseSet::kLongest + 1);
      const std::size_t size = near.find(text_[at]);
      if (size == text::npos) continue;
      const std::string_view quoted = near.substr(0, size);
      const std::size_t behind = text_.find_first_not_of(" \t\\", at + size + 2);
      const bool is_key = behind != text::npos && text_[behind] == ':';
      const bool plain = std::all_of(quoted.begin(), quoted.end(),
                                     [](char c) { return event::is_word_byte(c) || is_one_of(c, "-_ "); });
      if (!is_key && plain && secret_named(quoted) == Secret::none && may_be_known(quoted)) {
        add_word(at + 1, at + 1 + size);
      }
      if (plain) at += size + 1;
    }
  }

  void add_word(std::size_t begin, std::size_t end, bool glued = false) {
    values_.push_back({begin, end, first_, false, false, false, glued});
  }

  std::string_view text_;
  const TextRules& rules_;
  Secret first_ = Secret::none;  // What the first name says.
  std::vector<SecretName> names_;
  std::vector<SecretInText> values_;
};

}  // namespace

std::vector<SecretInText> secrets_in_text(std::string_view text, const TextRules& rules) {
  return TextReader{text, rules}.read();
}

}  // namespace trailkeeper::rules::credits
