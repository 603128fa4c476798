// Elasticsearch's bulk bodies, and paths of single documents: any bytes are answered.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ingest/wire/elasticsearch_bulk.h"
#include "tests/support/delivered.h"

using namespace trailkeeper::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  if (const auto action = document_action(body)) {
    trailkeeper::tests::check_json(document_response(*action, Receipt{}).body);
  }
  Delivery delivery;
  BulkRequest request;
  const std::string error = decode_bulk(body, "index", delivery, request);
  if (!error.empty()) {
    trailkeeper::tests::check_json(error);
    return 0;
  }
  trailkeeper::tests::check_delivery(delivery);
  trailkeeper::tests::check_json(bulk_response(request, trailkeeper::tests::mixed_receipt(delivery), 1));
  return 0;
}
