#include "rules/credits/secret_pairs.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "rules/credits/loose_json.h"
#include "rules/credits/secret_text.h"
#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

/// A key, or an array's item.
struct Key {
  std::size_t place = 0;
  bool names_value = false;
  bool names = false;     // Its own value is the name.
  bool compound = false;  // Its value is an object or array.
};

/// An object or array that is open.
struct Level {
  std::size_t keys = 0;  // How many keys of what it is in came before its own.
  bool array = false;
  bool of_aws = false;
  Secret named = Secret::none;       // By a value that has such a name in it.
  Secret only_named = Secret::none;  // By a value that is nothing else.
  Secret label = Secret::none;       // By a value that has such a name, and nothing that it names.
  Secret heading = Secret::none;     // By a label in what it has.

  // What a value in it is.
  [[nodiscard]] Paired of(const Key& key) const {
    if (key.names) return {};
    if (key.names_value && named != Secret::none) return {named, false};
    if (!of_aws && only_named != Secret::none) return {only_named, array};
    if (!of_aws && label != Secret::none) return {label, true};
    if (!of_aws && (key.compound || key.names_value)) return {heading, true};
    return {};
  }
};

// An event, who called, a resource: anybody's user may be called `orgid`.
bool is_of_aws(std::string_view key) {
  constexpr std::array<std::string_view, 8> kKeys{"eventSource", "eventName", "principalId",   "accountId",
                                                  "ARN",         "arn",       "sessionIssuer", "eventID"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

// Whether a text asks for a secret and doesn't say it: a question, or so short that it is no sentence that only speaks
// of one.
bool is_label(std::string_view text) {
  constexpr std::size_t kLongestAsked = 400;
  constexpr std::size_t kShortLabel = 40;
  const std::string_view visible = text::trimmed(text);
  const bool asks = visible.size() <= kShortLabel || visible.ends_with('?') || visible.ends_with(':');
  const auto values = secrets_in_text(text, {true, true, false});
  return asks && text.size() <= kLongestAsked &&
         std::none_of(values.begin(), values.end(), [](const SecretInText& value) { return value.linked; });
}

/// Goes through a text once.
class PairsReader {
 public:
  PairsReader(std::string_view json, bool org_ids) : json_(json), org_ids_(org_ids) {}

  std::unordered_map<std::size_t, Paired> read() {
    using Token = LooseToken::Kind;
    bool behind_key = false;
    for (LooseJson tokens{json_}; !tokens.ended();) {
      const LooseToken token = tokens.next();
      const bool value = token.kind == Token::string || token.kind == Token::scalar || token.kind == Token::open;
      if (value && !levels_.empty() && levels_.back().array) keys_.push_back({place_of(token)});
      if (token.kind == Token::open) open(token.bytes == "[");
      if (token.kind == Token::close && !levels_.empty()) close();
      if (token.kind == Token::key && !levels_.empty()) {
        const std::string name = text_of_token(token.bytes);
        levels_.back().of_aws = levels_.back().of_aws || is_of_aws(name);
        keys_.push_back({place_of(token), names_value(name)});
      }
      const bool in_array = org_ids_ && !levels_.empty() && levels_.back().array;
      if (token.kind == Token::string && !levels_.empty() && (behind_key || in_array)) name(text_of_token(token.bytes));
      behind_key = token.kind == Token::key || (token.kind == Token::other && behind_key);
    }
    while (!levels_.empty()) close();
    return std::move(found_);
  }

 private:
  [[nodiscard]] std::size_t place_of(const LooseToken& token) const {
    return static_cast<std::size_t>(token.bytes.data() - json_.data());
  }

  void open(bool array) {
    if (!levels_.empty() && keys_.size() > levels_.back().keys) keys_.back().compound = true;
    levels_.push_back({keys_.size(), array});
  }

  // A value that may name what others are.
  void name(const std::string& text) {
    const Secret secret = secret_named(text, "0");
    if (secret == Secret::none || (is_of_activate_only(secret) && !org_ids_)) return;
    Level& level = levels_.back();
    level.named = secret;
    if (is_secret_name(text)) {
      level.only_named = secret;
      keys_.back().names = true;
    } else if (org_ids_ && is_label(text)) {
      level.label = secret;
      keys_.back().names = true;
    }
  }

  void close() {
    const Level level = levels_.back();
    levels_.pop_back();
    for (std::size_t i = level.keys; i < keys_.size(); ++i) {
      if (const Paired paired = level.of(keys_[i]); paired.secret != Secret::none) {
        found_.emplace(keys_[i].place, paired);
      }
    }
    const std::size_t members = keys_.size() - level.keys;
    keys_.resize(level.keys);
    if (levels_.empty() || !org_ids_) return;
    // An array's label heads what stands beside the array; an object's, if the object has nothing else.
    const Secret head = level.only_named != Secret::none ? level.only_named : level.array ? level.label : Secret::none;
    if (head == Secret::none || (!level.array && members > 1)) return;
    levels_.back().heading = head;
    if (keys_.size() > levels_.back().keys) keys_.back().names = !level.array || members == 1;
  }

  std::string_view json_;
  bool org_ids_;
  std::vector<Level> levels_;
  std::vector<Key> keys_;  // Of all that is open.
  std::unordered_map<std::size_t, Paired> found_;
};

}  // namespace

std::unordered_map<std::size_t, Paired> secret_pairs(std::string_view json, bool org_ids) {
  return PairsReader{json, org_ids}.read();
}

}  // namespace trailkeeper::rules::credits
