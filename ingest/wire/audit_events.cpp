#include "ingest/wire/audit_events.h"

#include <simdjson.h>

#include <algorithm>
#include <set>

#include "text/ascii.h"
#include "text/base64.h"
#include "text/json_writer.h"
#include "text/sha256.h"

namespace trailkeeper::ingest {
namespace {

constexpr std::size_t kMaxEvents = 100;  // As AWS has it.

// Empty if it has none.
std::string event_id_of(std::string_view event_data) {
  simdjson::dom::parser parser;
  simdjson::dom::element event;
  std::string_view id;
  if (parser.parse(simdjson::padded_string{event_data}).get(event) == simdjson::SUCCESS) {
    if (event["eventID"].get(id) == simdjson::SUCCESS && !id.empty()) return std::string{id};
  }
  return {};
}

WireProblem invalid(std::string message) { return {std::move(message), "ValidationException"}; }

WireResult<AuditEvent> take_entry(const simdjson::dom::element& entry, std::uint32_t item, Delivery& delivery,
                                  std::set<std::string>& ids) {
  std::string_view id;
  std::string_view data;
  std::string_view checksum;
  if (entry["id"].get(id) != simdjson::SUCCESS || entry["eventData"].get(data) != simdjson::SUCCESS) {
    return invalid("Every audit event needs the strings id and eventData.");
  }
  if (!ids.emplace(id).second) {
    return WireProblem{"Two or more entries in the request have the same event ID.", "DuplicatedAuditEventId"};
  }
  AuditEvent event;
  event.id = id;
  event.event_id = event_id_of(text::trimmed(data));
  if (event.event_id.empty()) event.key = store::key_of_event_bytes(text::trimmed(data));
  if (entry["eventDataChecksum"].get(checksum) == simdjson::SUCCESS &&
      text::decode_base64(checksum) != text::bytes_of(text::sha256(data))) {
    event.error_code = "InvalidData";
    event.error_message = "eventDataChecksum is not the SHA-256 of eventData.";
  } else {
    delivery.add(text::trimmed(data), item);
  }
  return event;
}

void write_failed(const AuditEvent& event, std::string_view code, std::string_view message, text::JsonWriter& json) {
  json.open('{').member("id", event.id).member("errorCode", code).member("errorMessage", message).close('}');
}

}  // namespace

WireResult<AuditRequest> decode_audit_events(std::string_view body, std::string_view channel_arn, Delivery& delivery) {
  // The channel says where AWS would put the events; here it must only look like one.
  if (!channel_arn.starts_with("arn:") || channel_arn.find(":channel/") == std::string_view::npos) {
    return WireProblem{"The specified channel ARN is not a valid channel ARN.", "InvalidChannelARN"};
  }
  simdjson::dom::parser parser;
  simdjson::dom::array entries;
  if (parser.parse(simdjson::padded_string{body})["auditEvents"].get(entries) != simdjson::SUCCESS) {
    return invalid("The body must be JSON with the array auditEvents.");
  }
  if (entries.size() == 0 || entries.size() > kMaxEvents) {
    return invalid("auditEvents must have 1 to 100 entries.");
  }
  delivery.items = static_cast<std::uint32_t>(entries.size());
  AuditRequest request;
  std::set<std::string> ids;
  std::uint32_t item = 0;
  for (const simdjson::dom::element entry : entries) {
    WireResult<AuditEvent> event = take_entry(entry, item++, delivery, ids);
    if (!event) return event.error();
    request.events.push_back(std::move(*event));
  }
  delivery.seal();
  return request;
}

std::string audit_response(const AuditRequest& request, const Receipt& receipt,
                           const std::function<std::string(const store::EventKey&)>& stand_in) {
  std::string successful;
  std::string failed;
  text::JsonWriter successes{successful};
  text::JsonWriter failures{failed};
  successes.open('[');
  failures.open('[');
  for (std::size_t i = 0; i < request.events.size(); ++i) {
    const AuditEvent& event = request.events[i];
    const ItemResult result = i < receipt.items.size() ? receipt.items[i] : ItemResult{};
    if (!event.error_code.empty()) {
      write_failed(event, event.error_code, event.error_message, failures);
    } else if (result.rejected > 0 || result.events + result.duplicates == 0) {
      write_failed(event, "InvalidData", event::reason_text(result.reason), failures);
    } else {
      const std::string event_id = event.event_id.empty() ? stand_in(event.key) : event.event_id;
      successes.open('{').member("id", event.id).member("eventID", event_id).close('}');
    }
  }
  successes.close(']');
  failures.close(']');
  std::string body;
  text::JsonWriter{body}.open('{').raw_member("successful", successful).raw_member("failed", failed).close('}');
  return body;
}

}  // namespace trailkeeper::ingest
