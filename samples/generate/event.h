// One CloudTrail event as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::generate {

/// An event's parts. Views called JSON are written as they are, others as strings; empty means that the field is absent.
/// requestParameters and responseElements are absent too when empty, and usually "null" instead.
struct Event {
  std::string_view version = "1.08";
  std::string_view identity;  ///< JSON.
  std::int64_t time = 0;
  std::string_view source;  ///< With `.amazonaws.com`.
  std::string_view name;
  std::string_view region;
  std::string_view ip;
  std::string_view agent;
  std::string_view error_code;
  std::string_view error_message;
  std::string_view request = "null";   ///< JSON.
  std::string_view response = "null";  ///< JSON.
  std::string_view additional;         ///< JSON.
  std::string_view request_id;
  std::string_view id;
  std::string_view read_only;  ///< "true", "false" or absent.
  std::string_view resources;  ///< JSON.
  std::string_view type = "AwsApiCall";
  std::string_view api_version;
  bool management = true;
  std::string_view recipient;
  std::string_view shared_id;
  std::string_view service_details;  ///< JSON.
  std::string_view insight_details;  ///< JSON.
  std::string_view vpc_endpoint;
  std::string_view vpc_endpoint_account;
  std::string_view addendum;  ///< JSON.
  std::string_view category = "Management";
  std::string_view tls;  ///< JSON.
  bool from_console = false;
};

/// Appends the event minified, in the order of keys in which CloudTrail delivers it.
void append_event(std::string& out, const Event& event);

/// tlsDetails for a call to this host.
void append_tls(std::string& out, bool newer, std::string_view host);

}  // namespace trailkeeper::generate
