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
  const auto request = decode_audit_events(body, "arn:aws:cloudtrail:us-east-1:111122223333:channel/c", delivery);
  if (!request) return 0;
  trailkeeper::tests::check_delivery(delivery);
  const auto stand_in = [](const trailkeeper::store::EventKey&) { return std::string{"\"its name\""}; };
  trailkeeper::tests::check_json(audit_response(*request, trailkeeper::tests::mixed_receipt(delivery), stand_in));
  return 0;
}
