#include "query/columns/event_fields.h"

namespace trailkeeper::query {

std::uint32_t EventFields::code(event::Field field, std::uint32_t index) const {
  return static_cast<std::uint32_t>(segment_.column_rows(*store::column_of(field), index, index + 1)[index]);
}

std::string EventFields::text(event::Field field, std::uint32_t index) const {
  return text_of_code(field, code(field, index));
}

std::string EventFields::text_of_code(event::Field field, std::uint32_t code) const {
  std::string text;
  if (code != 0) segment_.dictionary(*store::column_of(field)).append(code - 1, text);
  return text;
}

}  // namespace trailkeeper::query
