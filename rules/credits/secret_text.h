// Org IDs and promotion codes in texts, by what is written around them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "rules/credits/secret_name.h"

namespace trailkeeper::rules::credits {

/// A value in a text: [begin, end).
struct SecretInText {
  std::size_t begin = 0;
  std::size_t end = 0;
  Secret secret = Secret::none;
  bool lacks_quotes = false;  ///< Behind a key of JSON.
  bool sure = false;          ///< It is the value, not a word that a sentence has behind the name.
  bool linked = false;        ///< It is the value, or that word: it may be repeated elsewhere in its event.
  bool glued = false;         ///< To its name: nothing stands between them.
};

/// Which values are looked for in a text.
struct TextRules {
  bool org_ids = false;  ///< Behind names of Org IDs, too.
  bool sentences =
      false;  ///< Also what no `=` or `:` binds to its name: `Org ID 0Xy12 is wrong`, `'0Xy12' at 'orgId'`.
  bool all_words =
      false;  ///< And all words that may be a value, if a name is there: those with a digit, and quoted ones.
};

/// What stands in a text behind the tag, behind a name and `=`, `:` and the like, and by these rules; in order, none
/// within another. Costs time in proportion to the text.
std::vector<SecretInText> secrets_in_text(std::string_view text, const TextRules& rules);

}  // namespace trailkeeper::rules::credits
