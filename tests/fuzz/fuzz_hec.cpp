// Bodies of Splunk's HTTP Event Collector: any bytes are answered.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ingest/wire/splunk_hec.h"
#include "tests/support/delivered.h"
#include "tests/support/whole_body.h"

using namespace trailkeeper::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  HecDecoder decoder;
  const auto delivery = trailkeeper::tests::decoded_body(decoder, body);
  if (delivery) {
    trailkeeper::tests::check_delivery(*delivery);
  } else {
    trailkeeper::tests::check_json(hec_refusal(delivery.error()).body);
  }
  AckChannels channels;
  channels.next("0aedfc20-1c27-4c6a-a9c9-1a6f8a7e5d11");
  trailkeeper::tests::check_json(channels.answer("0aedfc20-1c27-4c6a-a9c9-1a6f8a7e5d11", body).body);
  return 0;
}
