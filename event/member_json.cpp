#include "event/member_json.h"

#include <utility>

#include "text/ascii.h"

namespace trailkeeper::event {

namespace ondemand = simdjson::ondemand;

std::string_view json_of(ondemand::value value) {
  ondemand::json_type type{};
  std::string_view json;
  if (value.type().get(type)) return {};
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (value.get_object().get(object) || object.raw_json().get(json)) return {};
  } else if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (value.get_array().get(array) || array.raw_json().get(json)) return {};
  } else if (type == ondemand::json_type::string) {
    json = value.raw_json_token();
  }
  return text::without_trailing_space(json);
}

std::string_view member_json(std::string_view object, std::string_view name, ondemand::parser& parser) {
  ondemand::document parsed;
  ondemand::object members;
  std::string_view found;
  if (parser.iterate(object.data(), object.size(), object.size() + simdjson::SIMDJSON_PADDING).get(parsed) ||
      parsed.get_object().get(members)) {
    return found;
  }
  for (auto member : members) {
    ondemand::field field;
    std::string_view key;
    if (std::move(member).get(field) || field.unescaped_key().get(key)) return {};
    if (key == name) found = json_of(field.value());
  }
  return found;
}

}  // namespace trailkeeper::event
