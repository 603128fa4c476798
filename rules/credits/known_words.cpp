#include "rules/credits/known_words.h"

#include <algorithm>
#include <array>
#include <vector>

#include "event/json_text.h"
#include "rules/credits/loose_json.h"
#include "rules/iam/percent_encoding.h"

namespace trailkeeper::rules::credits {
namespace {

// What AWS writes into an event of its own, in words that everybody uses.
bool is_vocabulary(std::string_view field) {
  constexpr std::array<std::string_view, 14> kFields{
      "apiVersion",      "awsRegion",   "errorCode",          "eventCategory",  "eventID",
      "eventName",       "eventSource", "eventTime",          "eventType",      "eventVersion",
      "managementEvent", "readOnly",    "recipientAccountId", "sourceIPAddress"};
  return std::find(kFields.begin(), kFields.end(), field) != kFields.end();
}

// What API parameters are called; no Org ID that isn't a word of a language is.
bool is_plain_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// Whether a scalar stands where JSON has a value.
bool is_json_value(std::string_view json, std::string_view scalar) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = static_cast<std::size_t>(scalar.data() - json.data());
  const std::size_t before = json.substr(0, begin).find_last_not_of(kSpace);
  const std::size_t after = json.find_first_not_of(kSpace, begin + scalar.size());
  return (before == std::string_view::npos || std::string_view{":[,"}.find(json[before]) != std::string_view::npos) &&
         (after == std::string_view::npos || std::string_view{",]}"}.find(json[after]) != std::string_view::npos);
}

/// Where a token of an event stands.
class EventPlace {
 public:
  void see(const LooseToken& token) {
    using Kind = LooseToken::Kind;
    if (token.kind == Kind::open) ++depth_;
    if (token.kind == Kind::close && depth_ > 0) --depth_;
    if (token.kind != Kind::key) return;
    if (depth_ == 1) field_ = text_of_token(token.bytes);
    identity_type_ = depth_ == 2 && field_ == "userIdentity" && token.bytes == "\"type\"";
  }
  [[nodiscard]] bool is_own_key() const { return depth_ <= 1; }
  [[nodiscard]] bool is_own_value() const { return (depth_ == 1 && is_vocabulary(field_)) || identity_type_; }

 private:
  std::size_t depth_ = 0;
  std::string field_;  // Of the event.
  bool identity_type_ = false;
};

}  // namespace

bool KnownWords::in(std::string_view text) const {
  return (org_ids != nullptr && org_ids->find(text)) || (own_org_ids != nullptr && own_org_ids->find(text)) ||
         (own_codes != nullptr && own_codes->find(text));
}

std::string KnownWords::without_set(std::string_view text, const event::PhraseSet& words, bool code) const {
  std::string out;
  std::size_t at = 0;
  for (auto match = words.find(text); match; match = words.find(text, at)) {
    out += text.substr(at, match->begin - at);
    const std::string_view found = text.substr(match->begin, match->end - match->begin);
    const std::string value =
        found.find('%') == std::string_view::npos ? std::string{found} : iam::percent_decoded(found);
    out += code ? pseudonymiser_.promotion_code(value) : pseudonymiser_.org_id(value);
    at = match->end;
  }
  out += text.substr(at);
  return out;
}

std::string KnownWords::without(std::string_view text) const {
  std::string out{text};
  if (org_ids != nullptr && org_ids->find(out)) out = without_set(out, *org_ids, false);
  if (own_org_ids != nullptr && own_org_ids->find(out)) out = without_set(out, *own_org_ids, false);
  if (own_codes != nullptr && own_codes->find(out)) out = without_set(out, *own_codes, true);
  return out;
}

std::string KnownWords::token_without(std::string_view token, int nesting) const {
  const std::string text = text_of_token(token);
  const bool nested = nesting < kMaxNesting && looks_like_json(text);
  const std::string shown = nested ? without_in_json(text, false, nesting + 1) : without(text);
  if (shown == text) return std::string{token};
  std::string quoted;
  event::append_quoted(shown, quoted);
  return quoted;
}

std::string KnownWords::without_in_json(std::string_view json, bool of_event, int nesting) const {
  using Kind = LooseToken::Kind;
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
    const bool own_value = of_event && place.is_own_value();
    if (token.kind == Kind::string || token.kind == Kind::key) put_outside();
    if (token.kind == Kind::key) {
      const bool stays = of_event && (place.is_own_key() || is_plain_name(text_of_token(token.bytes)));
      out += stays ? token.bytes : token_without(token.bytes, nesting);
    } else if (token.kind == Kind::string) {
      out += own_value ? std::string{token.bytes} : token_without(token.bytes, nesting);
    } else if (token.kind == Kind::scalar && !own_value && in(token.bytes)) {
      // In JSON it is a number.
      const std::string shown = without(token.bytes);
      put_outside();
      if (is_json_value(json, token.bytes)) {
        event::append_quoted(shown, out);
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
