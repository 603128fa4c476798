// What in an event tells which of several requirements it has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/json_node.h"

namespace trailkeeper::rules::requirements {

/// Whether an event fits; unknown where the event came without the part that would tell.
enum class Fits : unsigned char { no, yes, unknown };

/// A string in an event and the globs of which it has to fit one.
struct Clue {
  std::string path;    ///< Names of members: `requestParameters.versionId`.
  bool query = false;  ///< Of a URL at that place, only what follows `?` counts.
  std::vector<std::string> patterns;

  [[nodiscard]] Fits fits(const text::JsonNode& record) const;
};

/// Whether an event came without its parameters: a refused request may be logged so, and of a large one there is only a
/// note in their place.
bool lacks_parameters(const text::JsonNode& record);

/// All of them.
Fits fits_all(const std::vector<Clue>& clues, const text::JsonNode& record);

}  // namespace trailkeeper::rules::requirements
