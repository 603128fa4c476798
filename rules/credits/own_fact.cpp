#include "rules/credits/own_fact.h"

#include "text/hex.h"
#include "text/json_writer.h"
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
  std::string event;
  text::JsonWriter json{event};
  json.open('{').member("eventVersion", "1.11");
  json.name("userIdentity").open('{').member("type", "AWSService").member("invokedBy", kOwnSource).close('}');
  json.member("eventTime", text::format_timestamp(fact.time)).member("eventSource", "activate.amazonaws.com");
  json.member("eventName", fact.name).member("awsRegion", "us-east-1");
  json.member("sourceIPAddress", kOwnSource).member("userAgent", kOwnSource);
  json.raw_member("requestParameters", "null").raw_member("responseElements", "null");
  json.name("additionalEventData").open('{').raw_member("recordedBy", recorded_by);
  json.member("recordedAt", text::format_timestamp(recorded_at)).close('}');
  json.member("eventID", event_id).member("readOnly", false).member("eventType", "AwsServiceEvent");
  json.member("managementEvent", true).member("recipientAccountId", fact.account);
  json.raw_member("serviceEventDetails", fact.details).member("eventCategory", "Management").close('}');
  return event;
}

}  // namespace trailkeeper::rules::credits
