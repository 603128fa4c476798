#include "rules/iam/context.h"

#include <algorithm>

#include "rules/iam/glob.h"
#include "text/ascii.h"

namespace trailkeeper::rules::iam {

ContextKey::ContextKey(std::string_view written)
    : name(written), folded(text::lowered(written)), hash(key_hash(folded)) {}

void KeyPatterns::add(std::string_view pattern) { patterns_.push_back(text::lowered(pattern)); }

bool KeyPatterns::match(std::string_view folded) const {
  return !(known_ && known_(folded)) &&
         std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& p) { return glob_match(p, folded); });
}

Context::Lookup Context::find(const ContextKey& key) const {
  for (const ContextEntry& entry : entries) {
    if (entry.hash == key.hash && entry.folded == key.folded) {
      return entry.values.empty() ? Lookup{State::absent, nullptr} : Lookup{State::present, &entry};
    }
  }
  return {unknowable != nullptr && unknowable->match(key.folded) ? State::unknown : State::absent, nullptr};
}

void MissingKeys::add(std::string_view name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace trailkeeper::rules::iam
