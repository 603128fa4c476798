// Words of which this program's own sentences consist.
#pragma once

#include <string_view>

namespace trailkeeper::rules::credits {

/// Whether a word is one of them, or a year, in whatever case. An Org ID that is spelt like one isn't looked for
/// wherever it stands: it would hide what was found, and says nothing about anybody.
bool is_own_word(std::string_view word);

}  // namespace trailkeeper::rules::credits
