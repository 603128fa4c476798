#include "rules/credits/secret_mention.h"

#include <algorithm>
#include <array>

#include "event/phrase_set.h"
#include "rules/credits/known_words.h"
#include "rules/credits/loose_json.h"
#include "text/ascii.h"
#include "text/base64.h"
#include "text/letters.h"

namespace trailkeeper::rules::credits {
namespace {

bool is_small_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_capital_letter(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_small_letter(c) || is_capital_letter(c); }
bool is_alphanumeric(char c) { return is_letter(c) || text::is_digit(c); }
bool is_name_joint(char c) { return c == '_' || c == '-'; }
bool is_name_byte(char c) { return is_alphanumeric(c) || is_name_joint(c); }

/// A name's words, in small letters.
struct Spelling {
  std::string_view first;
  std::string_view second;
  Secret secret;
};
constexpr std::array<Spelling, 16> kSpellings{{{"organization", "id", Secret::org_id},
                                               {"organisation", "id", Secret::org_id},
                                               {"org", "id", Secret::org_id},
                                               {"promotional", "code", Secret::promotion_code},
                                               {"promotion", "code", Secret::promotion_code},
                                               {"promo", "code", Secret::promotion_code},
                                               {"organization", "code", Secret::org_id},
                                               {"organisation", "code", Secret::org_id},
                                               {"org", "code", Secret::org_id},
                                               {"organization", "number", Secret::org_id},
                                               {"organisation", "number", Secret::org_id},
                                               {"org", "number", Secret::org_id},
                                               {"offer", "code", Secret::offer_code},
                                               {"coupon", "code", Secret::offer_code},
                                               {"voucher", "code", Secret::offer_code},
                                               {"a3popc", "", Secret::promotion_code}}};

// What a word's letters may have between them: `or-g`.
std::size_t behind_inner_joints(std::string_view text, std::size_t at) {
  constexpr std::size_t kMost = 2;
  std::size_t end = at;
  while (end < text.size() && end - at < kMost && (is_name_joint(text[end]) || text[end] == '.' || text[end] == ' '))
    ++end;
  return end;
}

// Where a word ends that begins at a place, whatever its case; text::npos if another stands there.
std::size_t behind_word(std::string_view text, std::size_t at, std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (i > 0) at = behind_inner_joints(text, at);
    if (at >= text.size() || text::lower(text[at]) != word[i]) return text::npos;
    ++at;
  }
  return at;
}

// Behind what may stand between a name's words: brackets, dots, quotes, spaces, of whatever script.
std::size_t behind_joint(std::string_view text, std::size_t at) {
  constexpr std::size_t kMost = 8;
  const std::size_t begin = at;
  while (at < text.size() && at - begin < kMost && !is_alphanumeric(text[at])) {
    const std::size_t wide = text::wide_space_at(text, at);
    if (wide == 0 && static_cast<unsigned char>(text[at]) >= 0x80) break;
    at += std::max<std::size_t>(wide, 1);
  }
  return at;
}

// Whether such a joint ends a part of a sentence: `Promotion: code x`.
bool parts(std::string_view joint) {
  const std::size_t space = joint.find(' ');
  return space != text::npos && space > 0 && std::string_view{",.:;"}.find(joint[space - 1]) != text::npos &&
         joint.find_first_of("[]{}()<>\"'\n") == text::npos;
}

// `org` by itself, as a query string's or form's key, or a table's column; text::npos: it is another word.
std::size_t behind_lone_org(std::string_view text, std::size_t at) {
  constexpr std::string_view kOrg = "org";
  if (!text::same_ignoring_case(text.substr(at, kOrg.size()), kOrg)) return text::npos;
  const std::size_t end = at + kOrg.size();
  const std::string_view rest = text.substr(end);
  const char before = at == 0 ? '\n' : text[at - 1];
  const auto is_in = [](char c, std::string_view chars) { return chars.find(c) != std::string_view::npos; };
  const bool key =
      is_in(before, "?&;\n\"'") && (rest.starts_with('=') || rest.starts_with("%3D") || rest.starts_with("%3d"));
  const bool column = is_in(before, ",;\t\n") && !rest.empty() && is_in(rest.front(), ",;\t\r\n");
  return (key && !rest.starts_with("==")) || (column && at > 0) || (column && is_in(rest.front(), ",;\t")) ? end
                                                                                                           : text::npos;
}

// Where a name ends that begins at a place.
std::optional<std::pair<std::size_t, Secret>> name_at(std::string_view text, std::size_t at) {
  for (const Spelling& spelling : kSpellings) {
    const std::size_t first = behind_word(text, at, spelling.first);
    if (first == text::npos) continue;
    if (spelling.second.empty()) return std::pair{first, spelling.secret};
    const std::size_t second = behind_joint(text, first);
    const std::size_t end = behind_word(text, second, spelling.second);
    const std::string_view joint = text.substr(first, second - first);
    if (end == text::npos || parts(joint)) continue;
    // Another word that begins so: `org/identity`.
    const bool loose = joint.size() > 1 || joint.find_first_not_of("_-. ") != text::npos;
    const std::string_view rest = text.substr(end);
    const bool whole = rest.empty() || rest.front() < 'a' || rest.front() > 'z' || rest.starts_with("entifier") ||
                       (rest.front() == 's' && (rest.size() == 1 || !is_letter(rest[1])));
    if (goes_on_as_other_word(text, end)) continue;
    // `example.org/code`: these words stand in others' texts, too.
    const bool tight = is_of_activate_only(spelling.secret) && spelling.second != "id";
    if (tight && (loose || !whole)) continue;
    if (!loose || whole) return std::pair{end, spelling.secret};
  }
  if (const std::size_t end = behind_lone_org(text, at); end != text::npos) return std::pair{end, Secret::org_id};
  return std::nullopt;
}

// So many letters and digits may be a value; `orgId2` is a name.
constexpr std::size_t kShortestGlued = 4;

// Where a name begins with what is before it, `partner-` or `custom`, but not a value that it is glued to.
std::size_t name_begin(std::string_view text, std::size_t floor, std::size_t at) {
  while (true) {
    std::size_t begin = at;
    while (begin > floor && is_alphanumeric(text[begin - 1])) --begin;
    if (text::has_digit(text.substr(begin, at - begin)) && at - begin >= kShortestGlued) return at;
    if (begin == floor || !is_name_joint(text[begin - 1])) return begin;
    std::size_t before = begin;
    while (before > floor && is_name_joint(text[before - 1])) --before;
    if (before == floor || !is_alphanumeric(text[before - 1])) return begin;
    std::size_t piece = before;
    while (piece > floor && is_alphanumeric(text[piece - 1])) --piece;
    if (text::has_digit(text.substr(piece, before - piece)) && before - piece >= kShortestGlued) return begin;
    at = before;
  }
}

// Where it ends with what is behind it: `s`, `List`, `2`.
std::size_t name_end(std::string_view text, std::size_t at, Secret secret) {
  constexpr std::size_t kWord = 4;
  std::size_t end = at;
  // `promocodevalidator2` is one word.
  while (end < text.size() && is_small_letter(text[end])) ++end;
  const bool word = secret != Secret::org_id && end - at >= kWord && is_small_letter(text[at - 1]);
  while (end < text.size() && is_alphanumeric(text[end])) ++end;
  const bool value = !word && text::has_digit(text.substr(at, end - at)) && end - at >= kShortestGlued;
  return value ? at : end;
}

/// Takes a text's names one by one.
class Names {
 public:
  explicit Names(std::string_view text) : text_(text) {}

  // The next one; false: there is none.
  bool next() {
    begin_ = end_;
    while (begin_ < text_.size() && !is_name_byte(text_[begin_])) ++begin_;
    end_ = begin_;
    while (end_ < text_.size() && is_name_byte(text_[end_])) ++end_;
    return begin_ < end_;
  }
  [[nodiscard]] std::string_view name() const { return text_.substr(begin_, end_ - begin_); }

 private:
  std::string_view text_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
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
  using Token = LooseToken::Kind;
  for (LooseJson tokens{text}; !tokens.ended();) {
    const LooseToken token = tokens.next();
    const bool quoted = token.kind == Token::key || token.kind == Token::string;
    const std::size_t end = static_cast<std::size_t>(token.bytes.data() - text.data()) + token.bytes.size();
    if (!quoted) {
      out += token.bytes;
    } else if (token.kind == Token::key && value_is_json(text.substr(end))) {
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
  for (std::size_t at = from; at < text.size(); ++at) {
    const char c = text::lower(text[at]);
    if (c != 'o' && c != 'p' && c != 'a' && c != 'c' && c != 'v') continue;
    const auto found = name_at(text, at);
    if (!found) continue;
    const std::size_t begin = name_begin(text, from, at);
    constexpr std::string_view kOfIam = "aws:";
    if (text.substr(0, begin).ends_with(kOfIam) &&
        names_key_of_iam(text.substr(begin - kOfIam.size(), found->first - begin + kOfIam.size()))) {
      continue;
    }
    return SecretName{begin, c == 'a' ? found->first : name_end(text, found->first, found->second), found->second,
                      c == 'a'};
  }
  return std::nullopt;
}

std::vector<std::pair<std::size_t, std::size_t>> encoded_secret_names(std::string_view text) {
  constexpr std::size_t kShortest = 16;
  constexpr std::size_t kGroup = 4;
  const auto in_code = [](char c) { return is_name_byte(c) || c == '+' || c == '/'; };
  std::vector<std::pair<std::size_t, std::size_t>> found;
  std::string bytes;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    while (at < text.size() && in_code(text[at])) ++at;
    const std::string_view code = text.substr(begin, at - begin);
    // Most that looks like it is of one case: paths, GUIDs, key numbers.
    const bool mixed = code.size() >= kShortest && std::any_of(code.begin(), code.end(), is_capital_letter) &&
                       std::any_of(code.begin(), code.end(), is_small_letter);
    if (!mixed) {
      at = std::max(at, begin + 1);
      continue;
    }
    // It may begin anywhere in what looks like it.
    for (std::size_t shift = 0; shift < kGroup && code.size() >= kShortest + shift; ++shift) {
      const std::string_view groups = code.substr(shift);
      bytes.clear();
      if (text::append_from_any_base64(groups.substr(0, groups.size() - (groups.size() % kGroup == 1 ? 1 : 0)),
                                       bytes) &&
          find_secret_name(bytes, 0)) {
        found.emplace_back(begin, at);
        break;
      }
    }
    at = std::max(at, begin + 1);
  }
  return found;
}

bool names_secret(std::string_view text, const std::vector<std::string>& org_id_paths) {
  if (find_secret_name(text, 0) || !encoded_secret_names(text).empty()) return true;
  if (org_id_paths.empty()) return false;
  for (Names names{text}; names.next();) {
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
  using Token = LooseToken::Kind;
  std::string open;
  for (LooseJson tokens{json}; !tokens.ended();) {
    const LooseToken token = tokens.next();
    if (token.kind == Token::open) open += token.bytes;
    if (token.kind == Token::close && !open.empty()) open.pop_back();
    if (token.kind != Token::string || open.empty() || open.back() != '[') continue;
    if (secret_named(text_of_token(token.bytes)) != Secret::none) return true;
  }
  return false;
}

std::string without_words(std::string_view text, const Pseudonymiser& pseudonymiser,
                          const std::vector<std::string>& org_id_paths) {
  const auto in_word = [](char c) { return event::is_word_byte(c) || is_name_joint(c); };
  constexpr std::size_t kLongestSpoken = 32;
  const auto is_name = [&](std::string_view word) {
    const bool configured = std::any_of(org_id_paths.begin(), org_id_paths.end(),
                                        [&](const std::string& path) { return last_member(path) == word; });
    return configured ||
           (word.size() <= kLongestSpoken && secret_named(word) != Secret::none &&
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
