#include "query/columns/passing_codes.h"

#include <algorithm>
#include <string>

namespace trailkeeper::query {

std::vector<std::uint8_t> passing_codes(const store::StringList& dictionary, const TextTest& test, bool absent) {
  std::vector<std::uint8_t> passing(dictionary.size() + 1U, 0);
  passing[0] = absent ? 1 : 0;
  std::string scratch;
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) {
    passing[code + 1U] = test(dictionary.get(code, scratch)) ? 1 : 0;
  }
  return passing;
}

bool any_passing(const std::vector<std::uint8_t>& passing) {
  return std::find(passing.begin(), passing.end(), 1) != passing.end();
}

}  // namespace trailkeeper::query
