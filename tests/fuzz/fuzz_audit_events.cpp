// PutAuditEvents: any bytes are answered.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ingest/wire/audit_events.h"
#include "tests/support/delivered.h"

using namespace trailkeeper::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  Delivery delivery;
  AuditRequest request;
  const AuditError error =
      decode_audit_events(body, "arn:aws:cloudtrail:us-east-1:111122223333:channel/c", delivery, request);
  if (!error.type.empty()) return 0;
  trailkeeper::tests::check_delivery(delivery);
  trailkeeper::tests::check_json(audit_response(request, trailkeeper::tests::mixed_receipt(delivery)));
  return 0;
}
