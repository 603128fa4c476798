#include "rules/credits/secret_values.h"

#include <algorithm>
#include <array>

#include "event/decoded_text.h"
#include "event/phrase_set.h"
#include "rules/credits/known_words.h"
#include "rules/credits/loose_json.h"
#include "rules/credits/secret_mention.h"
#include "rules/credits/secret_pairs.h"
#include "rules/credits/secret_signs.h"
#include "rules/credits/wording.h"
#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::rules::credits {
namespace {

constexpr std::size_t kDigits = 16;
constexpr std::size_t kOrgIdSize = std::string_view{"org-"}.size() + kDigits;
constexpr std::size_t kCodeSize = std::string_view{"promo-"}.size() + kDigits;

bool is_json_literal(std::string_view token) { return token == "null" || token == "true" || token == "false"; }

}  // namespace

std::string SecretValues::masked(const std::string& value, Secret secret) const {
  if (value.empty() || pseudonymiser_.is_pseudonym(value)) return value;
  return secret == Secret::org_id ? pseudonymiser_.org_id(value) : pseudonymiser_.promotion_code(value);
}

std::string SecretValues::pseudonym(const std::string& value, Secret secret, bool sure) const {
  std::string shown = masked(value, secret);
  if (take && shown != value) take(value, secret, sure);
  return shown;
}

std::string SecretValues::without(std::string_view text) const {
  const bool encoded = event::is_encoded(text);
  std::string out = without(
      text, [](std::size_t at) { return at; }, text, !encoded);
  // A name may be in disguise, too: `org%49d=0Xy12`.
  if (!encoded) return out;
  const event::DecodedText decoded{out};
  return without(
      decoded.bytes(), [&](std::size_t at) { return decoded.place(at); }, out, true);
}

template <typename Place>
std::string SecretValues::without(std::string_view read, const Place& place, std::string_view text,
                                  bool all_words) const {
  const bool of_activate = org_ids && !of_record;
  std::string out;
  std::size_t copied = 0;
  for (const SecretInText& value : secrets_in_text(read, {org_ids, of_activate, of_activate && all_words})) {
    const std::size_t begin = place(value.begin);
    if (begin < copied) continue;
    const std::string found{read.substr(value.begin, value.end - value.begin)};
    if (!value.linked && has_pseudonym(found)) continue;
    out += text.substr(copied, begin - copied);
    const std::string shown = value.linked ? pseudonym(found, value.secret, value.sure) : masked(found, value.secret);
    copied = place(value.end);
    const auto letter_at = [text](std::size_t at) {
      return at < text.size() && static_cast<unsigned char>(text[at]) < 0x80 && event::is_word_byte(text[at]);
    };
    // A pseudonym is a word of its own.
    if (value.glued && shown != found && begin > 0 && letter_at(begin - 1)) out += '-';
    if (shown == found) {
      out += text.substr(begin, copied - begin);
    } else if (value.lacks_quotes) {
      text::append_quoted(shown, out);
    } else {
      out += shown;
      if (value.glued && letter_at(copied)) out += '-';
    }
  }
  out += text.substr(copied);
  return out;
}

// A word that was masked in part is left so.
bool SecretValues::has_pseudonym(std::string_view word) const {
  for (std::size_t at = word.find('o'); at != text::npos; at = word.find('o', at + 1)) {
    const std::size_t begin = word.substr(0, at).ends_with("prom") ? at - 4 : at;
    for (const std::size_t size : {kOrgIdSize, kCodeSize}) {
      if (pseudonymiser_.is_pseudonym(word.substr(begin, size))) return true;
    }
  }
  return false;
}

/// One JSON text's way through. What is open is remembered; deeper than kMostDepth without its paths.
class SecretValues::JsonPass {
 public:
  /// `path`: where the text itself stands, if it is a string in another.
  JsonPass(const SecretValues& values, int nesting, std::string path = {})
      : values_(values), nesting_(nesting), path_(std::move(path)) {}

  std::string run(std::string_view json) {
    json_ = json;
    if (values_.org_ids || may_name_code(json)) pairs_ = secret_pairs(json, values_.org_ids);
    for (LooseJson tokens{json}; !tokens.ended();) take(tokens.next());
    return std::move(out_);
  }

 private:
  using Kind = LooseToken::Kind;
  struct Level {
    Secret within = Secret::none;  // What all of its values are.
    bool loose = false;            // They say something about such a value, maybe not the value.
    std::size_t path_size = 0;     // Of what it is in.
    bool of_many = false;          // Its keys are such values: `{"orgIds":{"0Xy12":…}}`.
    bool organisation = false;     // Its `id` is an Org ID.
    bool promotion = false;        // Its `code` is a promotion code.
    bool paired = false;           // A member beside it says that they are.
    bool weak = false;             // Perhaps.
    bool organisations = false;    // Its keys may be Org IDs.
  };

  void take(const LooseToken& token) {
    // An item of an array, by the others.
    if (token.kind == Kind::string || token.kind == Kind::scalar || token.kind == Kind::open) {
      if (const auto paired = paired_at(token.bytes); paired.secret != Secret::none) {
        wanted_ = paired.secret;
        paired_ = weak_ = loose_ = true;
      }
    }
    switch (token.kind) {
      case Kind::key: return take_key(token.bytes);
      case Kind::string: return take_string(token.bytes);
      case Kind::scalar: return take_scalar(token.bytes);
      case Kind::open:
        // The keys of what is in an array are names again.
        if (token.bytes == "[") of_many_ = false;
        levels_.push_back(
            {wanted_, loose_, path_.size(), of_many_, organisation_, promotion_, paired_, weak_, organisations_});
        break;
      case Kind::close:
        if (!levels_.empty()) {
          path_.resize(std::min(path_.size(), levels_.back().path_size));
          levels_.pop_back();
        }
        go_on();
        break;
      case Kind::comma: go_on(); break;
      case Kind::other: break;
    }
    out_ += token.bytes;
  }

  // Behind a value, within what is open.
  void go_on() {
    wanted_ = levels_.empty() ? Secret::none : levels_.back().within;
    loose_ = is_in(&Level::loose);
    // In an array as around it.
    of_many_ = is_in(&Level::of_many);
    organisation_ = is_in(&Level::organisation);
    promotion_ = is_in(&Level::promotion);
    paired_ = is_in(&Level::paired);
    weak_ = is_in(&Level::weak);
    organisations_ = false;
  }

  // Of a key or item that begins with a token.
  [[nodiscard]] Paired paired_at(std::string_view token) const {
    const auto found = pairs_.find(static_cast<std::size_t>(token.data() - json_.data()));
    return found == pairs_.end() || (is_of_activate_only(found->second.secret) && !values_.org_ids) ? Paired{}
                                                                                                    : found->second;
  }

  void take_key(std::string_view token) {
    const std::string written = text_of_token(token);
    // A name and nothing else stays, so that it says what it said.
    const bool stays = is_plain_name(written) || is_nothing_but_secret_name(written);
    const std::string name = stays ? written : values_.without_in_text(written, nesting_, {});
    const Secret within = levels_.empty() ? Secret::none : levels_.back().within;
    enter(written);
    const Paired paired = paired_at(token);
    Secret named = secret_of(written, token);
    const bool by_name = named != Secret::none;
    if (!by_name) named = paired.secret;
    if (is_of_activate_only(named) && !values_.org_ids) named = Secret::none;
    wanted_ = named == Secret::none ? within : named;
    // In an object about an Org ID, what it is called there may not be the ID itself: `type`.
    constexpr std::array<std::string_view, 3> kSure{"code", "id", "value"};
    paired_ = named == Secret::none ? is_in(&Level::paired) : paired.secret != Secret::none && !names_value(name);
    loose_ = (named == Secret::none || paired_) && std::find(kSure.begin(), kSure.end(), name) == kSure.end();
    weak_ = named == Secret::none ? is_in(&Level::weak) : !by_name && paired.weak;
    const bool is_key_of_many = is_in(&Level::of_many);
    of_many_ = named != Secret::none && name.ends_with('s');
    organisation_ = values_.org_ids && (names_organisation(written) || is_in(&Level::organisation));
    promotion_ = names_promotion(written) || is_in(&Level::promotion);
    // `{"organizations":{"0Xy12":{…}}}`
    const bool is_organisation = is_in(&Level::organisations) && !names_identifier(written) && may_be_known(written) &&
                                 (text::has_digit(written) || object_follows(token));
    organisations_ = values_.org_ids && names_organisation(written);
    if (is_organisation && !values_.has_pseudonym(written)) {
      return text::append_quoted(values_.pseudonym(written, Secret::org_id, text::has_digit(written)), out_);
    }
    if (within != Secret::none && (text::has_digit(written) || is_key_of_many) && !values_.has_pseudonym(written)) {
      return text::append_quoted(values_.pseudonym(written, within, true), out_);
    }
    if (name == written) {
      out_ += token;
    } else {
      text::append_quoted(name, out_);
    }
  }

  // Where a key's value begins.
  [[nodiscard]] std::string_view behind(std::string_view key) const {
    const std::size_t at =
        json_.find_first_not_of(" \t\r\n:", static_cast<std::size_t>(key.data() - json_.data()) + key.size());
    return json_.substr(std::min(at, json_.size()));
  }
  [[nodiscard]] bool object_follows(std::string_view key) const { return behind(key).starts_with('{'); }

  // Of a key's value as much as says whether it may be a code; nothing of an object or array.
  [[nodiscard]] std::string_view scalar_behind(std::string_view key) const {
    std::string_view value = behind(key).substr(0, event::PhraseSet::kLongest);
    if (value.starts_with('"')) return value.substr(0, value.find('"', 1));
    return value.substr(0, value.find_first_of("{[,}]"));
  }

  // What holds of all that the object or array holds.
  [[nodiscard]] bool is_in(bool Level::*what) const { return !levels_.empty() && levels_.back().*what; }

  // What a member of this name is, here.
  [[nodiscard]] Secret secret_of(const std::string& name, std::string_view token) const {
    if (const Secret named = secret_named(name, scalar_behind(token)); named != Secret::none) return named;
    if (is_configured()) return Secret::org_id;
    if (levels_.empty()) return Secret::none;
    if (levels_.back().organisation && names_identifier(name)) return Secret::org_id;
    return levels_.back().promotion && names_code(name) ? Secret::promotion_code : Secret::none;
  }

  void enter(const std::string& name) {
    constexpr std::size_t kLongestPath = 4096;
    if (values_.paths_.empty()) return;
    if (!levels_.empty()) path_.resize(std::min(path_.size(), levels_.back().path_size));
    if (path_.size() > kLongestPath) return;
    if (!path_.empty()) path_ += '.';
    path_ += name;
  }

  // Where the settings say that an Org ID stands; records in envelopes have longer paths.
  [[nodiscard]] bool is_configured() const {
    return std::any_of(values_.paths_.begin(), values_.paths_.end(), [this](const std::string& path) {
      if (!path_.ends_with(path)) return false;
      return path_.size() == path.size() || path_[path_.size() - path.size() - 1] == '.';
    });
  }

  void take_string(std::string_view token) {
    const std::string text = text_of_token(token);
    if (wanted_ != Secret::none) {
      const bool sure = !weak_ && (!loose_ || text::has_digit(text));
      return text::append_quoted(values_.pseudonym(text, wanted_, sure), out_);
    }
    const std::string shown = values_.without_in_text(text, nesting_, path_);
    if (shown == text) {
      out_ += token;
    } else {
      text::append_quoted(shown, out_);
    }
  }

  void take_scalar(std::string_view token) {
    if (wanted_ == Secret::none || is_json_literal(token)) {
      out_ += token;
    } else {
      text::append_quoted(values_.pseudonym(std::string{token}, wanted_, !paired_), out_);
    }
  }

  const SecretValues& values_;
  int nesting_;
  Secret wanted_ = Secret::none;  // What the value that comes now is.
  bool loose_ = false;            // It is something about a secret, maybe not the secret.
  bool of_many_ = false;          // As in Level, of the value that comes now.
  bool organisation_ = false;
  bool promotion_ = false;
  bool paired_ = false;
  bool weak_ = false;
  bool organisations_ = false;
  std::unordered_map<std::size_t, Paired> pairs_;  // secret_pairs(), of the text.
  std::string_view json_;
  std::vector<Level> levels_;
  std::string path_;
  std::string out_;
};

std::string SecretValues::without_in_text(std::string_view text, int nesting, const std::string& path) const {
  const bool json = is_json(text);
  if (json && nesting < kMaxNesting) return JsonPass{*this, nesting + 1, path}.run(text);
  // Nobody looks further.
  if (json && org_ids && may_have_json(text)) return masked(std::string{text}, Secret::org_id);
  // Text in a record that is no event may say which of its words it is in any way.
  if (of_record && names_secret(text, paths_)) return without_words(text, pseudonymiser_, paths_);
  std::string shown = without(text);
  return nesting < kMaxNesting && may_have_json(shown) ? JsonPass{*this, nesting + 1, path}.run(shown) : shown;
}

std::string SecretValues::without_in_json(std::string_view json) const { return JsonPass{*this, 0}.run(json); }

}  // namespace trailkeeper::rules::credits
