// PutAuditEvents of the CloudTrail Data API.
// https://docs.aws.amazon.com/awscloudtraildata/latest/APIReference/API_PutAuditEvents.html
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/delivery.h"
#include "ingest/wire/wire_problem.h"
#include "store/event_key.h"

namespace trailkeeper::ingest {

/// An entry of auditEvents, for the answer.
struct AuditEvent {
  std::string id;
  std::string event_id;    ///< Empty: it has none.
  store::EventKey key{};   ///< Of an event without one.
  std::string error_code;  ///< Why it was refused before anything was stored; empty if it wasn't.
  std::string error_message;
};

struct AuditRequest {
  std::vector<AuditEvent> events;
};

/// Takes a body `{"auditEvents":[{"id","eventData","eventDataChecksum"?}]}` (1 to 100) apart; entry i is item i, and
/// its eventData, a string of JSON, the document. A checksum is the base64 SHA-256 of eventData; one that doesn't fit
/// fails the entry. Leaves the delivery sealed. A problem has AWS's type of error as its code: `InvalidChannelARN`,
/// `DuplicatedAuditEventId`, `ValidationException`.
WireResult<AuditRequest> decode_audit_events(std::string_view body, std::string_view channel_arn, Delivery& delivery);

/// `{"successful":[{"id","eventID"}],"failed":[{"id","errorCode","errorMessage"}]}` for a durable receipt: duplicates
/// are successful, rejected ones failed. `stand_in` names events that have no eventID, so that they can be found.
std::string audit_response(const AuditRequest& request, const Receipt& receipt,
                           const std::function<std::string(const store::EventKey&)>& stand_in);

}  // namespace trailkeeper::ingest
