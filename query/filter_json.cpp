#include "query/filter_json.h"

#include <simdjson.h>

#include <utility>

#include "query/leaves/condition.h"
#include "store/error.h"
#include "text/json_writer.h"

namespace trailkeeper::query {

namespace dom = simdjson::dom;

std::string encode_filter(const Filter& filter) {
  std::string text;
  text::JsonWriter json{text};
  json.open('{');
  for (const FieldFilter& field : filter.fields) {
    json.list(signed_filter_name({field.field, field.negated}), field.texts);
  }
  if (filter.read_only) json.member("readOnly", *filter.read_only);
  if (filter.since) json.member("since", text::format_timestamp(*filter.since));
  if (filter.until) json.member("until", text::format_timestamp(*filter.until));
  json.close('}');
  return text;
}

text::Result<Filter> decode_filter(std::string_view json) {
  const text::Problem broken{"a stored filter cannot be read", "", 0};
  dom::parser parser;
  dom::object object;
  if (parser.parse(simdjson::padded_string{json}).get_object().get(object)) return broken;
  Filter filter;
  for (const auto& [key, value] : object) {
    std::string_view text;
    if (key == "readOnly") {
      bool read_only = false;
      if (value.get_bool().get(read_only)) return broken;
      filter.read_only = read_only;
    } else if (key == "since" || key == "until") {
      const auto time = value.get_string().get(text) ? std::nullopt : text::parse_timestamp(text);
      if (!time) return broken;
      (key == "since" ? filter.since : filter.until) = time;
    } else {
      const auto field = signed_filter_of_name(key);
      dom::array texts;
      if (!field || value.get_array().get(texts)) return broken;
      for (const dom::element element : texts) {
        if (element.get_string().get(text)) return broken;
        if (field->field == FilterField::where) {
          auto condition = parse_condition(text);
          if (!condition) return broken;
          filter.add_condition(std::move(*condition), text, field->negated);
        } else {
          filter.add(field->field, text, field->negated);
        }
      }
    }
  }
  return filter;
}

Filter stored_filter(std::string_view json) {
  auto filter = decode_filter(json);
  if (!filter) throw store::StoreError(store::StoreErrorKind::newer_format, filter.error().message);
  return std::move(*filter);
}

}  // namespace trailkeeper::query
