#include "event/record_member.h"

#include <algorithm>
#include <array>

namespace trailkeeper::event {
namespace {

// In order of the alphabet.
constexpr auto kMembers = std::to_array<std::string_view>({
    "UID",
    "addendum",
    "additionalEventData",
    "annotation",
    "apiVersion",
    "awsRegion",
    "edgeDeviceDetails",
    "errorCode",
    "errorMessage",
    "eventCategory",
    "eventContext",
    "eventData",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "eventVersion",
    "insightDetails",
    "managementEvent",
    "metadata",
    "readOnly",
    "recipientAccountId",
    "requestID",
    "requestParameters",
    "resources",
    "responseElements",
    "serviceEventDetails",
    "sessionCredentialFromConsole",
    "sharedEventID",
    "sourceIPAddress",
    "tlsDetails",
    "userAgent",
    "userIdentity",
    "version",
    "vpcEndpointAccountId",
    "vpcEndpointId",
});
static_assert(std::is_sorted(kMembers.begin(), kMembers.end()));

// In order of the alphabet.
constexpr auto kStructured = std::to_array<std::string_view>({
    "addendum",
    "additionalEventData",
    "edgeDeviceDetails",
    "eventContext",
    "insightDetails",
    "requestParameters",
    "resources",
    "responseElements",
    "serviceEventDetails",
    "tlsDetails",
    "userIdentity",
});
static_assert(std::is_sorted(kStructured.begin(), kStructured.end()));

}  // namespace

bool is_structured_member(std::string_view name) {
  return std::binary_search(kStructured.begin(), kStructured.end(), name);
}

bool is_record_member(std::string_view name) { return std::binary_search(kMembers.begin(), kMembers.end(), name); }

}  // namespace trailkeeper::event
