#include "rules/credits/secret_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "event/phrase_set.h"
#include "rules/credits/secret_mention.h"
#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

bool is_one_of(char c, std::string_view chars) { return chars.find(c) != text::npos; }
bool is_quote(char c) { return is_one_of(c, "\"'`"); }
bool ends_value(char c) { return c == '\0' || is_one_of(c, "&;#\"'`<> \t\r\n,(){}[]\\|"); }
bool in_word(char c) { return event::is_word_byte(c) || c == '-' || c == '_'; }

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
      if (is_one_of(text_[at_], "\\\"'`] \t")) ++at_;
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
      } else {
        return;
      }
    }
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
  while (at < text.size() && !ends_value(text[at]) && !(gap.of_path && is_one_of(text[at], "/?"))) ++at;
  // A sentence's.
  while (at > gap.value && is_one_of(text[at - 1], ".:!?")) --at;
  return at;
}

/// Looks for values in a text.
class TextReader {
 public:
  TextReader(std::string_view text, const TextRules& rules) : text_(text), rules_(rules) {}

  std::vector<SecretInText> read() {
    add_codes();
    if (rules_.org_ids || may_name_code(text_)) add_named();
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
  // A3POPC=ABC, A3POPC%3DABC, A3POPC/ABC.
  void add_codes() {
    constexpr std::array<std::string_view, 9> kMeans{"%3D", "%3d", "%2F", "%2f", "%3A", "%3a", "=", ":", "/"};
    std::size_t at = 0;
    for (std::size_t tag = text_.find(kTag); tag != text::npos; tag = text_.find(kTag, at)) {
      std::size_t begin = tag + kTag.size();
      const auto* const found = std::find_if(kMeans.begin(), kMeans.end(), [&](std::string_view separator) {
        return text_.substr(begin).starts_with(separator);
      });
      if (found != kMeans.end()) begin += found->size();
      at = begin;
      while (at < text_.size() && !ends_value(text_[at])) ++at;
      values_.push_back({begin, at, Secret::promotion_code, false, true, true});
    }
  }

  // orgId=0Xy12, "orgId": "0Xy12", <orgId>0Xy12.
  void add_named() {
    std::size_t at = 0;
    for (auto name = find_secret_name(text_, at); name; name = find_secret_name(text_, at)) {
      at = name->end;
      if (name->secret == Secret::org_id && !rules_.org_ids) continue;
      // `A3POPC0Xy12`: what follows the tag is the code.
      const std::string_view spelling = text_.substr(name->begin, at - name->begin);
      if (spelling.find(kTag) < spelling.size() - std::min(spelling.size(), kTag.size())) continue;
      // IAM's condition keys, such as `aws:PrincipalOrgID`, are about others than Activate's.
      const bool of_iam = text_.substr(0, name->begin).ends_with("aws:");
      if (!of_iam && first_ == Secret::none) first_ = name->secret;
      names_.push_back(*name);
      const bool closes = name->begin > 0 && text_[name->begin - 1] == '/' && text_.substr(at).starts_with('>');
      if (closes) continue;  // `</orgId>`
      if (rules_.sentences) add_before(*name);
      at = std::max(at, add_behind(*name, of_iam));
    }
  }

  // Where the value behind a name ends; 0: there is none.
  std::size_t add_behind(const SecretName& name, bool of_iam) {
    const Gap gap = GapReader{text_, name.end}.read();
    if (gap.value == text::npos || (!gap.bound && (of_iam || !rules_.sentences || gap.value == name.end))) return 0;
    const std::size_t end = value_end(text_, gap);
    const std::string_view value = text_.substr(gap.value, end - gap.value);
    if (value.empty() || is_literal(value)) return 0;
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
      std::size_t end = at;
      while (end < text_.size() && in_word(text_[end])) ++end;
      const std::string_view word = text_.substr(at, end - at);
      while (name != names_.end() && name->end <= at) ++name;
      const bool named = name != names_.end() && name->begin < end;
      if (!named && text::has_digit(word) && may_be_known(word)) add_word(at, end);
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
      const bool plain = std::all_of(quoted.begin(), quoted.end(), [](char c) { return in_word(c) || c == ' '; });
      if (!is_key && plain && secret_named(quoted) == Secret::none && may_be_known(quoted)) {
        add_word(at + 1, at + 1 + size);
      }
      if (plain) at += size + 1;
    }
  }

  void add_word(std::size_t begin, std::size_t end) { values_.push_back({begin, end, first_, false, false, false}); }

  std::string_view text_;
  const TextRules& rules_;
  Secret first_ = Secret::none;  // What the first name says.
  std::vector<SecretName> names_;
  std::vector<SecretInText> values_;
};

}  // namespace

bool may_name_code(std::string_view text) { return text.find("romo") != text::npos || text.find("ROMO") != text::npos; }

bool may_name_org_id(std::string_view text) {
  const auto small = [](char c) { return static_cast<char>(c | 0x20); };
  for (std::size_t at = 2; at < text.size(); ++at) {
    if (small(text[at]) == 'g' && small(text[at - 1]) == 'r' && small(text[at - 2]) == 'o') return true;
  }
  return false;
}

std::vector<SecretInText> secrets_in_text(std::string_view text, const TextRules& rules) {
  return TextReader{text, rules}.read();
}

}  // namespace trailkeeper::rules::credits
