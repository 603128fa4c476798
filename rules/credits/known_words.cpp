#include "rules/credits/known_words.h"

#include <algorithm>
#include <array>
#include <vector>

#include "event/decoded_text.h"
#include "event/phrase_matches.h"
#include "rules/credits/loose_json.h"
#include "rules/credits/wording.h"
#include "text/json_text.h"

namespace trailkeeper::rules::credits {
namespace {

// Whether a scalar stands where JSON has a value.
bool is_json_value(std::string_view json, std::string_view scalar) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = static_cast<std::size_t>(scalar.data() - json.data());
  const std::size_t before = json.substr(0, begin).find_last_not_of(kSpace);
  const std::size_t after = json.find_first_not_of(kSpace, begin + scalar.size());
  return (before == std::string_view::npos || std::string_view{":[,"}.find(json[before]) != std::string_view::npos) &&
         (after == std::string_view::npos || std::string_view{",]}"}.find(json[after]) != std::string_view::npos);
}

// The value that a text was found to have: as it is in a form, if that is how it is known.
std::string value_of(std::string_view found, const event::PhraseSet& words) {
  std::string in_form = event::DecodedText{found, true}.bytes();
  const auto match = found.find('+') == std::string_view::npos ? std::nullopt : words.find(in_form);
  if (match && match->begin == 0 && match->end == in_form.size()) return in_form;
  return event::DecodedText{found}.bytes();
}

/// Where a token of an event stands, as a path.
class EventPlace {
 public:
  void see(const LooseToken& token) {
    using TokenKind = LooseToken::Kind;
    if (token.kind == TokenKind::open) {
      if (token.bytes == "[") path_ += "[]";
      levels_.push_back(path_.size());
    } else if (token.kind == TokenKind::close && !levels_.empty()) {
      path_.resize(std::min(path_.size(), levels_.back()));
      levels_.pop_back();
    } else if (token.kind == TokenKind::key) {
      enter(text_of_token(token.bytes));
    }
  }
  [[nodiscard]] Wording wording() const { return wording_of(path_); }

 private:
  void enter(const std::string& key) {
    constexpr std::size_t kLongestPath = 256;
    path_.resize(std::min(path_.size(), levels_.empty() ? 0 : levels_.back()));
    if (path_.size() > kLongestPath) return;
    if (levels_.size() > 1) path_ += '.';
    path_ += key;
  }

  std::vector<std::size_t> levels_;  // Sizes of the paths of what is open, with `[]` of an array.
  std::string path_;
};

}  // namespace

bool KnownWords::in(std::string_view text) const {
  return (org_ids != nullptr && event::has_phrase(text, *org_ids)) ||
         (own_org_ids != nullptr && event::has_phrase(text, *own_org_ids)) ||
         (own_codes != nullptr && event::has_phrase(text, *own_codes));
}

std::string KnownWords::without_set(std::string_view text, const event::PhraseSet& words, bool code,
                                    Wording wording) const {
  std::string out;
  std::size_t at = 0;
  for (const auto& match : event::phrases_in(text, words)) {
    const std::string_view found = text.substr(match.begin, match.end - match.begin);
    if (wording == Wording::terms && is_like_term(found)) continue;
    out += text.substr(at, match.begin - at);
    const std::string value = value_of(found, words);
    out += code ? pseudonymiser_.promotion_code(value) : pseudonymiser_.org_id(value);
    at = match.end;
  }
  out += text.substr(at);
  return out;
}

std::string KnownWords::without(std::string_view text, Wording wording) const {
  std::string out{text};
  if (wording == Wording::fixed) return out;
  constexpr int kMostRounds = 4;
  const auto mask = [&](const event::PhraseSet* words, bool code) {
    // What is encoded may be read in several ways; behind a pseudonym there is one less.
    for (int round = 0; round < kMostRounds && words != nullptr && event::has_phrase(out, *words); ++round) {
      std::string next = without_set(out, *words, code, wording);
      if (next == out) break;
      out.swap(next);
    }
  };
  mask(org_ids, false);
  mask(own_org_ids, false);
  mask(own_codes, true);
  return out;
}

std::string KnownWords::without_in_text(std::string_view text, Wording wording, int nesting) const {
  const bool nested = wording == Wording::free && nesting < kMaxNesting && looks_like_json(text);
  if (!nested) return without(text, wording);
  std::string shown = without_in_json(text, false, nesting + 1);
  // What only looks like JSON may have its words anywhere.
  return is_json(text) ? shown : without(shown, wording);
}

std::string KnownWords::token_without(std::string_view token, int nesting, Wording wording) const {
  const std::string text = text_of_token(token);
  const std::string shown = without_in_text(text, wording, nesting);
  if (shown == text) return std::string{token};
  std::string quoted;
  text::append_quoted(shown, quoted);
  return quoted;
}

std::string KnownWords::without_in_json(std::string_view json, bool of_event, int nesting) const {
  using TokenKind = LooseToken::Kind;
  std::string out;
  std::string outside;  // Bytes between strings, which may hold words in a text that isn't JSON.
  const auto put_outside = [&] {
    out += of_event ? outside : without(outside);
    outside.clear();
  };
  EventPlace place;
  for (LooseJson tokens{json}; !tokens.ended();) {
    const LooseToken token = tokens.next();
    place.see(token);
    const Wording wording = of_event ? place.wording() : Wording::free;
    if (token.kind == TokenKind::string || token.kind == TokenKind::key) put_outside();
    if (token.kind == TokenKind::key) {
      const bool stays = of_event && is_plain_name(text_of_token(token.bytes));
      out += stays ? token.bytes : token_without(token.bytes, nesting, Wording::free);
    } else if (token.kind == TokenKind::string) {
      out += wording == Wording::fixed ? std::string{token.bytes} : token_without(token.bytes, nesting, wording);
    } else if (token.kind == TokenKind::scalar && without(token.bytes, wording) != token.bytes) {
      // In JSON it is a number.
      const std::string shown = without(token.bytes, wording);
      put_outside();
      if (is_json_value(json, token.bytes)) {
        text::append_quoted(shown, out);
      } else {
        out += shown;
      }
    } else {
      outside += token.bytes;
    }
  }
  put_outside();
  return out;
}

}  // namespace trailkeeper::rules::credits
