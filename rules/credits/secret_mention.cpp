#include "rules/credits/secret_mention.h"

#include <algorithm>
#include <array>

#include "event/phrase_set.h"
#include "rules/credits/known_words.h"
#include "rules/credits/loose_json.h"
#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_joint(char c) { return c == '_' || c == '-'; }
bool is_name_byte(char c) { return is_letter(c) || (c >= '0' && c <= '9') || is_name_joint(c); }

/// Takes a text's names one by one.
class Names {
 public:
  Names(std::string_view text, std::size_t from) : text_(text), begin_(from), end_(from) {}

  // The next one; false: there is none.
  bool next() {
    before_ = end_ > begin_ ? begin_ : text::npos;
    begin_ = end_;
    while (begin_ < text_.size() && !is_name_byte(text_[begin_])) ++begin_;
    if (before_ != text::npos && (begin_ != end_ + 1 || (text_[end_] != ' ' && text_[end_] != '.')))
      before_ = text::npos;
    end_ = begin_;
    while (end_ < text_.size() && is_name_byte(text_[end_])) ++end_;
    return begin_ < end_;
  }
  [[nodiscard]] std::string_view name() const { return text_.substr(begin_, end_ - begin_); }
  // With the one before it, if only a space or dot is between them: `Org ID`.
  [[nodiscard]] std::string_view two() const {
    return before_ == text::npos ? name() : text_.substr(before_, end_ - before_);
  }
  [[nodiscard]] std::size_t begin() const { return begin_; }
  [[nodiscard]] std::size_t end() const { return end_; }

 private:
  std::string_view text_;
  std::size_t before_ = text::npos;
  std::size_t begin_;
  std::size_t end_;
};

std::string_view last_member(std::string_view path) { return path.substr(path.rfind('.') + 1); }

// Whether behind a key something begins that JSON has as a value, or nothing: it was cut off.
bool value_is_json(std::string_view behind_key) {
  const std::size_t colon = behind_key.find(':');
  const std::size_t at = behind_key.find_first_not_of(" \t\r\n", colon + 1);
  if (colon == text::npos || at == text::npos) return true;
  const std::string_view value = behind_key.substr(at);
  constexpr std::array<std::string_view, 3> kLiterals{"null", "true", "false"};
  return std::string_view{"\"{[-0123456789"}.find(value.front()) != text::npos ||
         std::any_of(kLiterals.begin(), kLiterals.end(),
                     [&](std::string_view literal) { return value.starts_with(literal); });
}

void append_beside_members(std::string_view text, int nesting, std::string& out) {
  using Kind = LooseToken::Kind;
  for (LooseJson tokens{text}; !tokens.ended();) {
    const LooseToken token = tokens.next();
    const bool quoted = token.kind == Kind::key || token.kind == Kind::string;
    const std::size_t end = static_cast<std::size_t>(token.bytes.data() - text.data()) + token.bytes.size();
    if (!quoted) {
      out += token.bytes;
    } else if (token.kind == Kind::key && value_is_json(text.substr(end))) {
      out += "\"\":";
    } else if (const std::string string = text_of_token(token.bytes);
               nesting < kMaxNesting && looks_like_json(string)) {
      append_beside_members(string, nesting + 1, out);
    } else {
      out += '"' + string + '"';
    }
  }
}

}  // namespace

std::optional<SecretName> find_secret_name(std::string_view text, std::size_t from) {
  for (Names names{text, from}; names.next();) {
    Secret secret = secret_named(names.name());
    if (secret == Secret::none) secret = secret_named(names.two());
    if (secret != Secret::none) return SecretName{names.begin(), names.end(), secret};
  }
  return std::nullopt;
}

bool names_secret(std::string_view text, const std::vector<std::string>& org_id_paths) {
  if (find_secret_name(text, 0)) return true;
  if (org_id_paths.empty()) return false;
  for (Names names{text, 0}; names.next();) {
    if (std::any_of(org_id_paths.begin(), org_id_paths.end(),
                    [&](const std::string& path) { return last_member(path) == names.name(); }))
      return true;
  }
  return false;
}

bool names_secret_beside_members(std::string_view text, const std::vector<std::string>& org_id_paths) {
  std::string beside;
  append_beside_members(text, 0, beside);
  return names_secret(beside, org_id_paths);
}

bool lists_secret(std::string_view json) {
  using Kind = LooseToken::Kind;
  std::string open;
  for (LooseJson tokens{json}; !tokens.ended();) {
    const LooseToken token = tokens.next();
    if (token.kind == Kind::open) open += token.bytes;
    if (token.kind == Kind::close && !open.empty()) open.pop_back();
    if (token.kind != Kind::string || open.empty() || open.back() != '[') continue;
    if (secret_named(text_of_token(token.bytes)) != Secret::none) return true;
  }
  return false;
}

std::string without_words(std::string_view text, const Pseudonymiser& pseudonymiser,
                          const std::vector<std::string>& org_id_paths) {
  const auto in_word = [](char c) { return event::is_word_byte(c) || is_name_joint(c); };
  constexpr std::size_t kLongestName = 32;
  const auto is_name = [&](std::string_view word) {
    const bool configured = std::any_of(org_id_paths.begin(), org_id_paths.end(),
                                        [&](const std::string& path) { return last_member(path) == word; });
    return configured ||
           (word.size() <= kLongestName && secret_named(word) != Secret::none &&
            std::all_of(word.begin(), word.end(), [](char c) { return is_letter(c) || is_name_joint(c); }));
  };
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) ++end;
    const std::string_view word = text.substr(at, std::max(end, at + 1) - at);
    const bool stays = end == at || is_name(word) || pseudonymiser.is_pseudonym(word) ||
                       std::all_of(word.begin(), word.end(), is_name_joint);
    out += stays ? std::string{word} : pseudonymiser.org_id(word);
    at += word.size();
  }
  return out;
}

}  // namespace trailkeeper::rules::credits
