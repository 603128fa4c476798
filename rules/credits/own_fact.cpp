#include "rules/credits/own_fact.h"

#include "text/hex.h"
#include "text/json_text.h"
#include "text/sha256.h"

namespace trailkeeper::rules::credits {

std::string content_digest(std::string_view bytes) { return text::hex_of(text::sha256(bytes)); }

std::string own_event_id(const OwnFact& fact, const Pseudonymiser& pseudonymiser) {
  const std::string what = fact.identity.empty()
                               ? text::format_timestamp(fact.time) + "\n" + fact.account + "\n" + fact.details
                               : fact.identity;
  std::string digest = pseudonymiser.digest(std::string{kOwnSource} + "\n" + fact.name + "\n" + what);
  // A UUID of version 8 (RFC 9562): its bits are the writer's own.
  digest[12] = '8';
  digest[16] = "89ab"[static_cast<unsigned char>(digest[16]) % 4];
  return digest.substr(0, 8) + "-" + digest.substr(8, 4) + "-" + digest.substr(12, 4) + "-" + digest.substr(16, 4) +
         "-" + digest.substr(20, 12);
}

std::string own_event(const OwnFact& fact, std::string_view event_id, std::string_view recorded_by,
                      text::Timestamp recorded_at) {
  std::string json = R"({"eventVersion":"1.11","userIdentity":{"type":"AWSService","invokedBy":"trailkeeper"})";
  append_member("eventTime", text::format_timestamp(fact.time), json);
  json += R"(,"eventSource":"activate.amazonaws.com")";
  append_member("eventName", fact.name, json);
  json += R"(,"awsRegion":"us-east-1","sourceIPAddress":"trailkeeper","userAgent":"trailkeeper")";
  json += R"(,"requestParameters":null,"responseElements":null,"additionalEventData":{"recordedBy":)";
  json += recorded_by;
  append_member("recordedAt", text::format_timestamp(recorded_at), json);
  json += "}";
  append_member("eventID", event_id, json);
  json += R"(,"readOnly":false,"eventType":"AwsServiceEvent","managementEvent":true)";
  append_member("recipientAccountId", fact.account, json);
  json += ",\"serviceEventDetails\":" + fact.details;
  return json + R"(,"eventCategory":"Management"})";
}

void append_member(std::string_view name, std::string_view value, std::string& object) {
  if (object.back() != '{') object.push_back(',');
  text::append_quoted(name, object);
  object.push_back(':');
  text::append_quoted(value, object);
}

}  // namespace trailkeeper::rules::credits
