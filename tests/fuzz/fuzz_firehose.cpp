// Firehose requests: any bytes are answered.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ingest/wire/firehose.h"
#include "tests/support/delivered.h"

using namespace trailkeeper::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  Delivery delivery;
  const std::string problem = decode_firehose(body, "r", delivery);
  if (problem.empty()) trailkeeper::tests::check_delivery(delivery);
  trailkeeper::tests::check_json(firehose_response("r", 1, problem));
  return 0;
}
