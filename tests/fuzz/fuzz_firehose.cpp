// Firehose requests: any bytes are answered.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ingest/wire/firehose.h"
#include "tests/support/delivered.h"
#include "tests/support/whole_body.h"

using namespace trailkeeper::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  FirehoseDecoder decoder{"r"};
  const auto delivery = trailkeeper::tests::decoded_body(decoder, body);
  if (delivery) trailkeeper::tests::check_delivery(*delivery);
  trailkeeper::tests::check_json(firehose_response("r", 1, delivery ? "" : delivery.error().message));
  return 0;
}
