#include "event/json_equal.h"

#include <string>

#include "event/canonical_json.h"

namespace trailkeeper::event {

bool same_json(std::string_view a, std::string_view b) {
  if (a == b) return true;
  std::string left;
  std::string right;
  append_canonical_json(a, left);
  append_canonical_json(b, right);
  return left == right;
}

bool same_essence(std::string_view a, std::string_view b) {
  std::string left;
  std::string right;
  append_essential_json(a, left);
  append_essential_json(b, right);
  return left == right;
}

}  // namespace trailkeeper::event
