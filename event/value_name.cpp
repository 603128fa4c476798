#include "event/value_name.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "event/member_json.h"
#include "event/sent_member.h"
#include "event/wrapper.h"
#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::event {

namespace ondemand = simdjson::ondemand;

namespace {

bool is_name_of_value(std::string_view key) {
  constexpr auto kLabels = std::to_array<std::string_view>({"column", "field", "header", "key", "label", "name"});
  return std::any_of(kLabels.begin(), kLabels.end(),
                     [&](std::string_view label) { return text::same_ignoring_case(key, label); });
}

// A record of Kafka has a key that is no name.
bool is_of_queue(std::string_view path) { return path == "topic" || path == "partition" || path == "offset"; }

// An element of `columns`: a name, or an object with one.
bool names_sent_column(ondemand::value element) {
  ondemand::json_type type{};
  std::string_view name;
  if (element.type().get(type)) return false;
  if (type == ondemand::json_type::string) return !element.get_string().get(name) && path_names_what_was_sent(name);
  ondemand::object object;
  if (type != ondemand::json_type::object || element.get_object().get(object)) return false;
  bool sent = false;
  for (auto member : object) {
    ondemand::field field;
    std::string_view key;
    if (std::move(member).get(field) || field.unescaped_key().get(key)) break;
    if (!is_name_of_value(key) && !text::same_ignoring_case(key, "ColumnName")) continue;
    if (!field.value().get_string().get(name)) sent = sent || path_names_what_was_sent(name);
  }
  return sent;
}

// Members that may be an array of rows.
const WrapperRows& rows_of_queries() {
  static const WrapperRows kOfQueries = [] {
    WrapperRows rows;
    for (std::size_t row = 0; row < wrappers().size(); ++row) {
      rows.set(row, (wrappers()[row].values & kArrayValue) != 0);
    }
    return rows;
  }();
  return kOfQueries;
}

}  // namespace

bool value_was_sent(const Record& record) {
  if (record.shape == nullptr) return false;
  bool value = false;
  bool is_text = false;
  bool of_queue = false;
  bool sent = false;
  bool listed = true;
  const std::vector<Slot>& slots = record.shape->slots;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::string_view path = slots[i].path;
    value = value || path.starts_with("value");
    is_text =
        is_text || (is_quoted(slots[i].type) && (path == "value" || path == "value[]" || path == "value.stringValue"));
    of_queue = of_queue || is_of_queue(path);
    if (!is_quoted(slots[i].type) || !is_name_of_value(path)) continue;
    std::string name;
    text::append_unescaped(record.raw(record.leaves[i]), name);
    sent = sent || path_names_what_was_sent(name);
    listed = listed && wrapper_row(name) && !may_be_sent(name);
  }
  return value && !of_queue && (is_text ? !listed : sent);
}

WrapperRows open_rows(const Record& record) {
  static const std::size_t kOfValue = *wrapper_row("value");
  WrapperRows rows = record.shape->wrappers;
  if (rows[kOfValue] && value_was_sent(record)) rows.reset(kOfValue);
  return rows;
}

std::vector<bool> sent_columns(std::string_view object, const WrapperRows& rows) {
  if ((rows & rows_of_queries()).none()) return {};
  simdjson::ondemand::parser parser;
  for (const std::string_view member : {"columns", "schema", "fields"}) {
    const std::string_view array = member_json(object, member, parser);
    if (!array.starts_with('[')) continue;
    std::vector<bool> sent;
    ondemand::document parsed;
    ondemand::array elements;
    if (parser.iterate(array.data(), array.size(), array.size() + simdjson::SIMDJSON_PADDING).get(parsed) ||
        parsed.get_array().get(elements)) {
      continue;
    }
    for (auto element : elements) {
      ondemand::value value;
      if (element.get(value)) break;
      sent.push_back(names_sent_column(value));
    }
    if (std::find(sent.begin(), sent.end(), true) != sent.end()) return sent;
  }
  return {};
}

std::vector<bool> sent_columns_in_front(std::string_view front) {
  std::string whole{front};
  whole += "]}";
  const std::size_t size = whole.size();
  whole.append(simdjson::SIMDJSON_PADDING, '\0');
  return sent_columns(std::string_view{whole}.substr(0, size), rows_of_queries());
}

}  // namespace trailkeeper::event
