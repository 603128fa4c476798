#include "query/sql/event_schema.h"

#include <array>
#include <vector>

#include "event/field.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

Type row_at(std::string path) { return {Kind::row, nullptr, std::move(path)}; }

// AWS CloudTrail User Guide, "CloudTrail Lake supported event schemas".
std::vector<EventField> make_columns() {
  const Type text{Kind::varchar};
  const Type boolean{Kind::boolean};
  const Type map = map_of(text);
  return {{"eventVersion", text},
          {"userIdentity", row_at("userIdentity")},
          {"eventTime", {Kind::timestamp}},
          {"eventSource", text},
          {"eventName", text},
          {"awsRegion", text},
          {"sourceIPAddress", text},
          {"userAgent", text},
          {"errorCode", text},
          {"errorMessage", text},
          {"requestParameters", map},
          {"responseElements", map},
          {"additionalEventData", map},
          {"requestID", text},
          {"eventID", text},
          {"readOnly", boolean},
          {"resources", array_of(row_at("resources[]"))},
          {"eventType", text},
          {"apiVersion", text},
          {"managementEvent", boolean},
          {"recipientAccountId", text},
          {"sharedEventID", text},
          {"vpcEndpointId", text},
          {"vpcEndpointAccountId", text},
          {"serviceEventDetails", map},
          {"addendum", row_at("addendum")},
          {"edgeDeviceDetails", map},
          {"insightDetails", row_at("insightDetails")},
          {"eventCategory", text},
          {"tlsDetails", row_at("tlsDetails")},
          {"sessionCredentialFromConsole", text},
          {"verdict", text},
          {"eventJson", text}};
}

const std::vector<EventField>& columns() {
  static const std::vector<EventField> kColumns = make_columns();
  return kColumns;
}

constexpr std::array<std::string_view, 4> kResourceFields{"resources[].accountId", "resources[].type",
                                                          "resources[].ARN", "resources[].ARNPrefix"};

}  // namespace

std::span<const EventField> event_columns() { return columns(); }

std::size_t shown_event_columns() { return columns().size() - 2; }

std::optional<EventField> event_column(std::string_view name) {
  for (const EventField& column : columns()) {
    if (text::same_ignoring_case(column.path, name)) return column;
  }
  return std::nullopt;
}

std::optional<EventField> event_member(std::string_view path, std::string_view name) {
  const std::string wanted = std::string{path} + "." + std::string{name};
  std::vector<std::string_view> known{kResourceFields.begin(), kResourceFields.end()};
  for (std::size_t i = 0; i < event::kFieldCount; ++i) known.push_back(event::field_path(static_cast<event::Field>(i)));
  for (const std::string_view one : known) {
    if (one.size() < wanted.size() || !text::same_ignoring_case(one.substr(0, wanted.size()), wanted)) continue;
    std::string found{one.substr(0, wanted.size())};
    if (one.size() > wanted.size()) {
      if (one[wanted.size()] != '.') continue;
      Type row = row_at(found);
      return EventField{std::move(found), std::move(row)};
    }
    const bool is_time = found.ends_with(".creationDate");
    return EventField{std::move(found), {is_time ? Kind::timestamp : Kind::varchar}};
  }
  return std::nullopt;
}

std::string path_key(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '.' || c == '\\' || c == '[') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

}  // namespace trailkeeper::query::sql
