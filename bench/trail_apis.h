// Which API calls a trail has, and what they log.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace trailkeeper::bench {

/// What kind of caller someone is; it decides which APIs they call.
enum class CallerKind : std::uint8_t { person, pipeline, server, function, service, vendor, root };
constexpr std::size_t kCallerKinds = 7;

/// One API. The texts are JSON with `<name>` where a value comes; trail_template.h lists the names.
struct Api {
  std::string_view source;  ///< Without `.amazonaws.com`.
  std::string_view name;
  std::array<std::uint16_t, kCallerKinds> weights;  ///< How often each kind of caller calls it, in CallerKind's order.
  bool read_only;
  bool global;  ///< Logged in us-east-1 only.
  std::string_view request = "null";
  std::string_view response = "null";
  std::string_view additional = {};
  std::string_view resources = {};  ///< Data events have them, and eventCategory Data.
  bool data = false;
  std::string_view error = "AccessDenied";
  std::string_view type = "AwsApiCall";
};

/// All of them.
std::span<const Api> apis();

/// S3 and EC2: the first ones of apis().
std::span<const Api> storage_and_server_apis();

}  // namespace trailkeeper::bench
