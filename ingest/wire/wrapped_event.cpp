#include "ingest/wire/wrapped_event.h"

#include <simdjson.h>

#include <array>
#include <optional>

namespace trailkeeper::ingest {
namespace {

constexpr std::array<std::string_view, 3> kMembers{"message", "log", "event"};

// The text of a member's value: of a string, or of an object that looks like an event. Shippers have other objects by
// these names, which mustn't take the record's place.
std::string_view text_of(simdjson::ondemand::value value) {
  simdjson::ondemand::json_type type{};
  simdjson::ondemand::object object;
  std::string_view text;
  if (value.type().get(type) != simdjson::SUCCESS) return {};
  if (type == simdjson::ondemand::json_type::string)
    return value.get_string().get(text) == simdjson::SUCCESS ? text : "";
  if (type != simdjson::ondemand::json_type::object || value.get_object().get(object) != simdjson::SUCCESS) return {};
  const bool looks = object.raw_json().get(text) == simdjson::SUCCESS && text.find("\"eventTime\"") != text.npos;
  return looks ? text : "";
}

// The text of the member, if there is one that holds an event.
std::optional<std::string> wrapped_text(std::string_view record) {
  thread_local simdjson::ondemand::parser parser;
  const simdjson::padded_string padded{record};
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS || document.get_object().get(object) != 0) return {};
  std::array<std::optional<std::string>, kMembers.size()> texts;
  for (auto field : object) {
    std::string_view key;
    if (field.error() != simdjson::SUCCESS || field.unescaped_key().get(key) != simdjson::SUCCESS) return {};
    if (key == "eventName") return {};
    for (std::size_t i = 0; i < kMembers.size(); ++i) {
      if (key != kMembers[i] || texts[i]) continue;
      simdjson::ondemand::value value;
      if (field.value().get(value) != simdjson::SUCCESS) return {};
      if (const std::string_view text = text_of(value); !text.empty()) texts[i].emplace(text);
      break;
    }
  }
  for (std::optional<std::string>& text : texts) {
    if (!text) continue;
    const std::size_t begin = text->find_first_not_of(" \t\r\n");
    if (begin != std::string::npos && (*text)[begin] == '{') return std::move(text);
  }
  return {};
}

}  // namespace

void add_wrapped_event(std::string_view record, std::uint32_t item, Delivery& delivery) {
  // Nearly always one of the two is seen without parsing.
  if (record.find("\"message\"") == std::string_view::npos && record.find("\"log\"") == std::string_view::npos &&
      record.find("\"event\"") == std::string_view::npos) {
    delivery.add(record, item);
    return;
  }
  const std::optional<std::string> text = wrapped_text(record);
  delivery.add(text ? std::string_view{*text} : record, item);
}

}  // namespace trailkeeper::ingest
