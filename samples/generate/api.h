// Which APIs are called, by whom, and what they log. Texts are templates, see template.h.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "generate/caller.h"

namespace trailkeeper::generate {

enum class Style : std::uint8_t {
  plain,     ///< A GUID for a request ID.
  s3,        ///< S3's request IDs, user agents in brackets, x-amz-id-2.
  dynamodb,  ///< DynamoDB's long request IDs.
  sign_in,   ///< A console sign-in: no request ID, an event type of its own.
};

struct Api {
  std::string_view service;  ///< Without `.amazonaws.com`.
  std::string_view name;
  Callers callers = 0;
  unsigned weight = 1;  ///< How often, among the APIs that the same caller calls.
  bool read_only = true;
  std::string_view request = "null";
  std::string_view response = "null";
  std::string_view resources = {};
  std::string_view additional = {};
  std::string_view error_code = "AccessDenied";
  std::string_view error_message =
      "User: <arn> is not authorized to perform: <service>:<action> because no identity-based policy allows the "
      "<service>:<action> action";
  unsigned error_per_mille = 12;
  bool data = false;    ///< A data event.
  bool global = false;  ///< Logged in us-east-1 only.
  std::string_view version = "1.08";
  std::string_view api_version = {};
  Style style = Style::plain;
};

/// The programme's own actions, in CloudTrail's spelling and in IAM's.
std::span<const Api> activate_apis();
std::span<const Api> compute_apis();
std::span<const Api> storage_apis();
std::span<const Api> security_apis();
std::span<const Api> messaging_apis();
std::span<const Api> account_apis();

}  // namespace trailkeeper::generate
