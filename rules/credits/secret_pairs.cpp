#include "rules/credits/secret_pairs.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "rules/credits/loose_json.h"

namespace trailkeeper::rules::credits {
namespace {

/// An object or array that is open.
struct Level {
  Secret named = Secret::none;       // By a value that has such a name in it.
  Secret only_named = Secret::none;  // By a value that is nothing else.
  bool of_aws = false;
  std::size_t keys = 0;  // How many keys of what it is in came before its own.
};

struct Key {
  std::size_t place = 0;
  bool names_value = false;
  bool names = false;  // Its own value is the name.
};

// An event, who called, a resource: anybody's user may be called `orgid`.
bool is_of_aws(std::string_view key) {
  constexpr std::array<std::string_view, 8> kKeys{"eventSource", "eventName", "principalId",   "accountId",
                                                  "ARN",         "arn",       "sessionIssuer", "eventID"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

}  // namespace

std::unordered_map<std::size_t, Secret> secret_pairs(std::string_view json, bool org_ids) {
  using Kind = LooseToken::Kind;
  std::unordered_map<std::size_t, Secret> found;
  std::vector<Level> levels;
  std::vector<Key> keys;  // Of all that is open.
  bool behind_key = false;
  const auto close = [&] {
    const Level level = levels.back();
    levels.pop_back();
    for (std::size_t i = level.keys; i < keys.size(); ++i) {
      const Secret secret = keys[i].names_value ? level.named : level.of_aws ? Secret::none : level.only_named;
      if (secret != Secret::none && !keys[i].names) found.emplace(keys[i].place, secret);
    }
    keys.resize(level.keys);
  };
  for (LooseJson tokens{json}; !tokens.ended();) {
    const LooseToken token = tokens.next();
    if (token.kind == Kind::open) levels.push_back({Secret::none, Secret::none, false, keys.size()});
    if (token.kind == Kind::close && !levels.empty()) close();
    if (token.kind == Kind::key && !levels.empty()) {
      const std::string name = text_of_token(token.bytes);
      levels.back().of_aws = levels.back().of_aws || is_of_aws(name);
      keys.push_back({static_cast<std::size_t>(token.bytes.data() - json.data()), names_value(name)});
    }
    if (token.kind == Kind::string && behind_key && !levels.empty()) {
      const std::string text = text_of_token(token.bytes);
      const Secret secret = secret_named(text);
      if (secret != Secret::none && (secret != Secret::org_id || org_ids)) {
        levels.back().named = secret;
        if (is_secret_name(text)) {
          levels.back().only_named = secret;
          keys.back().names = true;
        }
      }
    }
    const bool space = token.kind == Kind::other;
    behind_key = token.kind == Kind::key || (space && behind_key);
  }
  while (!levels.empty()) close();
  return found;
}

}  // namespace trailkeeper::rules::credits
