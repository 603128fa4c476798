#include "generate/event.h"

#include "generate/calendar.h"

namespace trailkeeper::generate {
namespace {

void text(std::string& out, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  out.append(key);
  out.append(value);
  out += '"';
}

void json(std::string& out, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  out.append(key);
  out.append(value);
}

}  // namespace

void append_event(std::string& out, const Event& event) {
  text(out, R"({"eventVersion":")", event.version);
  json(out, R"(,"userIdentity":)", event.identity);
  out += R"(,"eventTime":")";
  append_time(out, event.time);
  out += '"';
  text(out, R"(,"eventSource":")", event.source);
  text(out, R"(,"eventName":")", event.name);
  text(out, R"(,"awsRegion":")", event.region);
  text(out, R"(,"sourceIPAddress":")", event.ip);
  text(out, R"(,"userAgent":")", event.agent);
  text(out, R"(,"errorCode":")", event.error_code);
  text(out, R"(,"errorMessage":")", event.error_message);
  json(out, R"(,"requestParameters":)", event.request);
  json(out, R"(,"responseElements":)", event.response);
  json(out, R"(,"additionalEventData":)", event.additional);
  text(out, R"(,"requestID":")", event.request_id);
  text(out, R"(,"eventID":")", event.id);
  json(out, R"(,"readOnly":)", event.read_only);
  json(out, R"(,"resources":)", event.resources);
  text(out, R"(,"eventType":")", event.type);
  text(out, R"(,"apiVersion":")", event.api_version);
  if (event.category != "Insight") out += event.management ? R"(,"managementEvent":true)" : R"(,"managementEvent":false)";
  text(out, R"(,"recipientAccountId":")", event.recipient);
  text(out, R"(,"sharedEventID":")", event.shared_id);
  json(out, R"(,"serviceEventDetails":)", event.service_details);
  json(out, R"(,"insightDetails":)", event.insight_details);
  text(out, R"(,"vpcEndpointId":")", event.vpc_endpoint);
  text(out, R"(,"vpcEndpointAccountId":")", event.vpc_endpoint_account);
  json(out, R"(,"addendum":)", event.addendum);
  text(out, R"(,"eventCategory":")", event.category);
  json(out, R"(,"tlsDetails":)", event.tls);
  if (event.from_console) out += R"(,"sessionCredentialFromConsole":"true")";
  out += '}';
}

void append_tls(std::string& out, bool newer, std::string_view host) {
  out += newer ? R"({"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":")"
               : R"({"tlsVersion":"TLSv1.2","cipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","clientProvidedHostHeader":")";
  out.append(host);
  out += "\"}";
}

}  // namespace trailkeeper::generate
