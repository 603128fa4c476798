#include "rules/credits/confidential.h"

#include <charconv>

#include "event/decoded_text.h"
#include "event/phrase_matches.h"
#include "rules/credits/known_words.h"
#include "rules/credits/loose_json.h"
#include "rules/credits/secret_mention.h"
#include "rules/credits/secret_signs.h"
#include "rules/credits/secret_values.h"
#include "text/ascii.h"
#include "text/hex.h"
#include "text/percent.h"

namespace trailkeeper::rules::credits {
namespace {

constexpr std::string_view kActivate = "activate.amazonaws.com";
// Secrets of one event that are looked for elsewhere in it.
constexpr std::size_t kMostOwn = 4096;

bool has(std::string_view text, std::string_view part) { return text.find(part) != text::npos; }

// Whether letters, digits or dots are written as escapes: a name may be spelt so. Others, such as `\u0026` for `&`, are
// what encoders of JSON write.
bool hides_letters(std::string_view json) {
  constexpr std::string_view kEscape = "\\u00";
  constexpr std::size_t kDigits = 2;
  for (std::size_t at = json.find(kEscape); at != text::npos; at = json.find(kEscape, at + 1)) {
    unsigned code = 0;
    const char* const digits = json.data() + at + kEscape.size();
    if (at + kEscape.size() + kDigits > json.size() ||
        std::from_chars(digits, digits + kDigits, code, 16).ec != std::errc{})
      continue;
    const char c = static_cast<char>(code);
    if (code < 0x80 && (event::is_word_byte(c) || c == '.')) return true;
  }
  return false;
}

// Whether an event is Activate's, or may name a promotion code.
bool may_name_secret(std::string_view json) {
  if (has(json, kActivate) || may_name_code(json) || hides_letters(json)) return true;
  if (!event::is_encoded(json)) return false;
  const event::DecodedText decoded{json};
  return may_name_code(decoded.bytes());
}

// An event of Activate, or one that names it. Its source may be written with escapes.
bool is_of_activate(std::string_view json) {
  if (has(json, kActivate)) return true;
  if (!hides_letters(json)) return false;
  for (LooseJson tokens{json}; !tokens.ended();) {
    const LooseToken token = tokens.next();
    if (token.kind == LooseToken::Kind::string && has(token.bytes, "\\u") && text_of_token(token.bytes) == kActivate)
      return true;
  }
  return false;
}

}  // namespace

Mask::Mask(Pseudonymiser pseudonymiser, std::shared_ptr<const event::PhraseSet> known,
           std::vector<std::string> org_id_paths)
    : pseudonymiser_(std::move(pseudonymiser)), known_(std::move(known)), paths_(std::move(org_id_paths)) {
  if (known_ != nullptr && known_->empty()) known_.reset();
}

bool Mask::may_change_event(std::string_view json) const {
  if (may_name_secret(json)) return true;
  // Known words may be written with escapes.
  return known_ != nullptr && (has(json, "\\") || event::has_phrase(json, *known_));
}

std::string Mask::event(std::string_view json) const {
  if (!may_change_event(json)) return std::string{json};
  return masked(json, is_of_activate(json), true);
}

std::string Mask::masked(std::string_view json, bool org_ids, bool of_event) const {
  event::PhraseSet own_org_ids{known_ == nullptr ? 0 : known_->seed()};
  event::PhraseSet own_codes{own_org_ids.seed()};
  std::size_t own = 0;
  SecretValues values{pseudonymiser_, paths_};
  values.org_ids = org_ids;
  values.of_record = !of_event;
  values.take = [&](const std::string& value, Secret secret, bool /*sure*/) {
    if (!may_be_known(value) || own++ >= kMostOwn) return;
    (secret == Secret::org_id ? own_org_ids : own_codes).add(value);
  };
  std::string shown = of_event && !may_name_secret(json) ? std::string{json} : values.without_in_json(json);
  if (!of_event) shown = values.without(shown);
  KnownWords words{pseudonymiser_};
  words.org_ids = known_.get();
  words.own_org_ids = &own_org_ids;
  words.own_codes = &own_codes;
  const bool any = known_ != nullptr || !own_org_ids.empty() || !own_codes.empty();
  if (!any || (!has(shown, "\\") && !words.in(shown))) return shown;
  return words.without_in_json(shown, of_event);
}

std::string Mask::record(std::string_view bytes) const {
  if ((names_secret_beside_members(bytes, paths_) && !is_json(bytes)) || lists_secret(bytes)) {
    return without_words(bytes, pseudonymiser_, paths_);
  }
  return masked(bytes, true, false);
}

bool Mask::may_change_text(std::string_view text) const {
  if (known_ != nullptr && event::has_phrase(text, *known_)) return true;
  const auto may_name = [](std::string_view bytes) {
    return may_name_org_id(bytes) || may_name_code(bytes) || may_name_offer_code(bytes) ||
           !encoded_secret_names(bytes).empty();
  };
  if (may_name(text) || looks_like_json(text)) return true;
  return event::is_encoded(text) && may_name(event::DecodedText{text}.bytes());
}

bool Mask::may_hold_known(std::string_view text) const {
  if (known_ == nullptr) return false;
  // JSON in a text may have escapes of its own.
  return event::has_phrase(text, *known_) || (has(text, "\\") && looks_like_json(text));
}

std::string Mask::text(std::string_view text, Wording wording) const {
  if (wording == Wording::fixed || !may_change_text(text)) return std::string{text};
  SecretValues values{pseudonymiser_, paths_};
  values.org_ids = true;
  std::string shown = values.without_in_text(text);
  if (known_ == nullptr) return shown;
  KnownWords words{pseudonymiser_};
  words.org_ids = known_.get();
  return words.without_in_text(shown, wording);
}

void visit_org_ids(std::string_view json, const std::vector<std::string>& org_id_paths,
                   const std::function<void(std::string_view)>& visit) {
  const Pseudonymiser pseudonymiser{{}};
  SecretValues values{pseudonymiser, org_id_paths};
  values.org_ids = true;
  values.take = [&](const std::string& value, Secret secret, bool sure) {
    if (secret != Secret::org_id || !sure || !may_be_known(value)) return;
    visit(value);
    for (const std::string_view digits : {text::kCapitalHexDigits, text::kHexDigits}) {
      std::string encoded;
      text::append_percent_encoded(value, encoded, {}, digits);
      if (encoded != value) visit(encoded);
    }
  };
  static_cast<void>(values.without_in_json(json));
}

}  // namespace trailkeeper::rules::credits
