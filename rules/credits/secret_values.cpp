#include "rules/credits/secret_values.h"

#include <algorithm>
#include <array>

#include "event/decoded_text.h"
#include "rules/credits/known_words.h"
#include "rules/credits/loose_json.h"
#include "rules/credits/secret_mention.h"
#include "text/json_text.h"

namespace trailkeeper::rules::credits {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool ends_value(char c) { return c == '\0' || std::string_view{"&;#\"'<> \t\r\n,(){}[]\\"}.find(c) != kNone; }

bool is_literal(std::string_view value) { return value == "null" || value == "true" || value == "false"; }

bool has_digit(std::string_view text) { return text.find_first_of("0123456789") != kNone; }

// Skips one of `separators`; false if none stands there.
template <std::size_t N>
bool skip_one_of(std::string_view text, const std::array<std::string_view, N>& separators, std::size_t& at) {
  const auto* const found = std::find_if(separators.begin(), separators.end(), [&](std::string_view separator) {
    return text.substr(at).starts_with(separator);
  });
  if (found == separators.end()) return false;
  at += found->size();
  return true;
}

// Quotes, escapes and spaces between a name, its `:` or `=`, and its value.
void skip_quotes(std::string_view text, std::size_t& at) {
  constexpr std::size_t kMost = 16;
  const std::size_t end = std::min(text.size(), at + kMost);
  while (at < end && std::string_view{"\\\"' \t[("}.find(text[at]) != kNone) ++at;
}

// Where a value begins behind a name that ends at `at`; kNone if none does.
std::size_t value_behind(std::string_view text, std::size_t at) {
  constexpr std::array<std::string_view, 9> kMeans{"=>", ":=", "=", ":", "%3D", "%3d", "%3A", "%3a", ">"};
  skip_quotes(text, at);
  if (!skip_one_of(text, kMeans, at)) return kNone;
  skip_quotes(text, at);
  return at;
}

/// A value in a text that is no JSON: [begin, end).
struct Value {
  std::size_t begin = 0;
  std::size_t end = 0;
  Secret secret = Secret::none;
  bool lacks_quotes = false;  // Behind a key of JSON.
};

std::size_t value_end(std::string_view text, std::size_t at) {
  while (at < text.size() && !ends_value(text[at])) ++at;
  return at;
}

// A3POPC=ABC, A3POPC%3DABC, A3POPC/ABC.
std::vector<Value> codes_in(std::string_view text) {
  constexpr std::array<std::string_view, 9> kMeans{"%3D", "%3d", "%2F", "%2f", "%3A", "%3a", "=", ":", "/"};
  std::vector<Value> found;
  std::size_t at = 0;
  for (std::size_t tag = text.find(kTag); tag != kNone; tag = text.find(kTag, at)) {
    std::size_t begin = tag + kTag.size();
    skip_one_of(text, kMeans, begin);
    at = value_end(text, begin);
    found.push_back({begin, at, Secret::promotion_code});
  }
  return found;
}

// orgId=0Xy12, "orgId": "0Xy12", <orgId>0Xy12.
void add_named(std::string_view text, std::vector<Value>& values) {
  std::size_t at = 0;
  for (auto name = find_secret_name(text, at); name; name = find_secret_name(text, at)) {
    at = name->end;
    const bool closes = name->begin > 0 && text[name->begin - 1] == '/' && text.substr(at).starts_with('>');
    if (closes) continue;  // `</orgId>`
    const std::size_t begin = value_behind(text, at);
    if (begin == kNone) continue;
    const std::size_t end = value_end(text, begin);
    const std::string_view value = text.substr(begin, end - begin);
    if (value.empty() || is_literal(value)) continue;
    const bool quoted = std::string_view{"\\\"'"}.find(text[begin - 1]) != kNone;
    const bool key_is_quoted = at < text.size() && text[at] == '"';
    values.push_back({begin, end, name->secret, !quoted && key_is_quoted});
    at = end;
  }
}

}  // namespace

std::string SecretValues::pseudonym(const std::string& value, Secret secret, bool sure) const {
  const bool org_id = secret == Secret::org_id;
  if (value.empty() || pseudonymiser_.is_pseudonym(value)) return value;
  if (take) take(value, secret, sure);
  return org_id ? pseudonymiser_.org_id(value) : pseudonymiser_.promotion_code(value);
}

std::string SecretValues::without(std::string_view text) const {
  std::string out = without(
      text, [](std::size_t at) { return at; }, text);
  // A name may be in disguise, too: `org%49d=0Xy12`.
  if (!event::is_encoded(out)) return out;
  const event::DecodedText decoded{out};
  return without(
      decoded.bytes(), [&](std::size_t at) { return decoded.place(at); }, out);
}

template <typename Place>
std::string SecretValues::without(std::string_view read, const Place& place, std::string_view text) const {
  std::vector<Value> values = codes_in(read);
  if (org_ids) add_named(read, values);
  std::sort(values.begin(), values.end(), [](const Value& a, const Value& b) { return a.begin < b.begin; });
  std::string out;
  std::size_t copied = 0;
  for (const Value& value : values) {
    const std::size_t begin = place(value.begin);
    if (begin < copied) continue;
    out += text.substr(copied, begin - copied);
    const std::string found{read.substr(value.begin, value.end - value.begin)};
    const std::string shown = pseudonym(found, value.secret, false);
    copied = place(value.end);
    if (shown == found) {
      out += text.substr(begin, copied - begin);
    } else if (value.lacks_quotes) {
      text::append_quoted(shown, out);
    } else {
      out += shown;
    }
  }
  out += text.substr(copied);
  return out;
}

/// One JSON text's way through. What is open is remembered; deeper than kMostDepth without its paths.
class SecretValues::JsonPass {
 public:
  /// `path`: where the text itself stands, if it is a string in another.
  JsonPass(const SecretValues& values, int nesting, std::string path = {})
      : values_(values), nesting_(nesting), path_(std::move(path)) {}

  std::string run(std::string_view json) {
    for (LooseJson tokens{json}; !tokens.ended();) take(tokens.next());
    return std::move(out_);
  }

 private:
  using Kind = LooseToken::Kind;
  struct Level {
    Secret within = Secret::none;     // What all of its values are.
    bool loose = false;               // They say something about such a value, maybe not the value.
    std::size_t path_size = 0;        // Of what it is in.
    bool of_many = false;             // Its keys are such values: `{"orgIds":{"0Xy12":…}}`.
    bool organisation = false;        // Its `id` is an Org ID.
    Secret pair = Secret::none;       // What one of its members says that another, called `value`, is.
    std::size_t value_begin = kNone;  // Where that other one stands in what was put out, if it came first.
    std::size_t value_end = kNone;
  };

  void take(const LooseToken& token) {
    switch (token.kind) {
      case Kind::key: return take_key(token.bytes);
      case Kind::string: return take_string(token.bytes);
      case Kind::scalar: return take_scalar(token.bytes);
      case Kind::open:
        // The keys of what is in an array are names again.
        if (token.bytes == "[") of_many_ = false;
        levels_.push_back({wanted_, loose_, path_.size(), of_many_, organisation_});
        break;
      case Kind::close:
        if (!levels_.empty()) {
          path_.resize(std::min(path_.size(), levels_.back().path_size));
          levels_.pop_back();
        }
        go_on();
        break;
      case Kind::comma:
        if (!levels_.empty() && levels_.back().value_end == kNone) levels_.back().value_end = out_.size();
        go_on();
        break;
      case Kind::other: break;
    }
    out_ += token.bytes;
  }

  // Behind a value, within what is open.
  void go_on() {
    wanted_ = levels_.empty() ? Secret::none : levels_.back().within;
    loose_ = !levels_.empty() && levels_.back().loose;
    // In an array as around it.
    of_many_ = !levels_.empty() && levels_.back().of_many;
    organisation_ = !levels_.empty() && levels_.back().organisation;
  }

  void take_key(std::string_view token) {
    const std::string name = text_of_token(token);
    const Secret within = levels_.empty() ? Secret::none : levels_.back().within;
    enter(name);
    Secret named = secret_of(name);
    if (named == Secret::org_id && !values_.org_ids) named = Secret::none;
    wanted_ = named == Secret::none ? within : named;
    // In an object about an Org ID, what it is called there may not be the ID itself: `type`.
    constexpr std::array<std::string_view, 3> kSure{"code", "id", "value"};
    loose_ = named == Secret::none && std::find(kSure.begin(), kSure.end(), name) == kSure.end();
    const bool is_key_of_many = !levels_.empty() && levels_.back().of_many;
    of_many_ = named != Secret::none && name.ends_with('s');
    organisation_ = values_.org_ids && names_organisation(name);
    if (within != Secret::none && (has_digit(name) || is_key_of_many)) {
      text::append_quoted(values_.pseudonym(name, within, true), out_);
    } else {
      out_ += token;
    }
    if (!levels_.empty() && names_value(name)) {
      levels_.back().value_begin = out_.size();
      levels_.back().value_end = kNone;
    }
  }

  // What a member of this name is, here.
  [[nodiscard]] Secret secret_of(const std::string& name) const {
    if (const Secret named = secret_named(name); named != Secret::none) return named;
    if (is_configured()) return Secret::org_id;
    if (levels_.empty()) return Secret::none;
    if (levels_.back().organisation && names_identifier(name)) return Secret::org_id;
    return names_value(name) ? levels_.back().pair : Secret::none;
  }

  // `{"name":"orgId","value":"0Xy12"}`, in either order.
  void take_pair(const std::string& text) {
    const Secret named = levels_.empty() ? Secret::none : secret_named(text);
    if (named == Secret::none || (named == Secret::org_id && !values_.org_ids)) return;
    Level& level = levels_.back();
    level.pair = named;
    if (level.value_begin == kNone || level.value_end == kNone) return;
    JsonPass again{values_, nesting_, path_};
    again.wanted_ = named;
    const std::string masked = again.run(out_.substr(level.value_begin, level.value_end - level.value_begin));
    out_.replace(level.value_begin, level.value_end - level.value_begin, masked);
    level.value_begin = kNone;
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
      const bool sure = !loose_ || has_digit(text);
      return text::append_quoted(values_.pseudonym(text, wanted_, sure), out_);
    }
    take_pair(text);
    const bool nested = nesting_ < kMaxNesting && looks_like_json(text);
    std::string shown = nested ? JsonPass{values_, nesting_ + 1, path_}.run(text) : text_without(text);
    if (shown == text) {
      out_ += token;
    } else {
      text::append_quoted(shown, out_);
    }
  }

  // Text in a record that is no event may say which of its words it is in any way.
  [[nodiscard]] std::string text_without(std::string_view text) const {
    if (values_.of_record && names_secret(text, values_.paths_)) {
      return without_words(text, values_.pseudonymiser_, values_.paths_);
    }
    return values_.without(text);
  }

  void take_scalar(std::string_view token) {
    if (wanted_ == Secret::none || is_literal(token)) {
      out_ += token;
    } else {
      text::append_quoted(values_.pseudonym(std::string{token}, wanted_, true), out_);
    }
  }

  const SecretValues& values_;
  int nesting_;
  Secret wanted_ = Secret::none;  // What the value that comes now is.
  bool loose_ = false;            // It is something about a secret, maybe not the secret.
  bool of_many_ = false;          // As in Level, of the value that comes now.
  bool organisation_ = false;
  std::vector<Level> levels_;
  std::string path_;
  std::string out_;
};

std::string SecretValues::without_in_json(std::string_view json, int nesting) const {
  return JsonPass{*this, nesting}.run(json);
}

}  // namespace trailkeeper::rules::credits
