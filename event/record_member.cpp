#include "event/record_member.h"

#include <algorithm>
#include <array>

#include "text/ascii.h"

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

bool is_joint(char c) { return c == '_' || c == '-' || c == ' '; }

// Whether two names have the same letters, without regard to case and to what joins their words.
bool same_letters(std::string_view a, std::string_view b) {
  while (true) {
    while (!a.empty() && is_joint(a.front())) a.remove_prefix(1);
    while (!b.empty() && is_joint(b.front())) b.remove_prefix(1);
    if (a.empty() || b.empty()) return a.empty() && b.empty();
    if (text::lower(a.front()) != text::lower(b.front())) return false;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
}

}  // namespace

bool is_structured_member(std::string_view name) {
  return std::binary_search(kStructured.begin(), kStructured.end(), name);
}

bool spells_structured_member(std::string_view name) {
  return std::any_of(kStructured.begin(), kStructured.end(),
                     [&](std::string_view member) { return same_letters(member, name); });
}

bool is_record_member(std::string_view name) { return std::binary_search(kMembers.begin(), kMembers.end(), name); }

}  // namespace trailkeeper::event
