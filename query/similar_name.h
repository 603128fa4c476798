// Which known name was probably meant by an unknown one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace trailkeeper::query {

/// The known name that is nearest to `name`, whatever the case of letters: by Damerau and Levenshtein (a letter more,
/// less, changed, or two swapped; optimal string alignment), at most one in three letters and at most three in all;
/// else a longer or shorter name that begins alike. Nothing if none is near, or if `name` is longer than any name is.
/// Linear in the number of known names, of which the first counts where several are equally near.
std::optional<std::string_view> similar_name(std::string_view name, std::span<const std::string_view> known);

/// `: did you mean 'WORD'?`, with a prefix (`--`) before the word; empty if there is none.
std::string did_you_mean(std::optional<std::string_view> word, std::string_view prefix = {});

}  // namespace trailkeeper::query
