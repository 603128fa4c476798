// Elasticsearch's bulk bodies, and paths of single documents: any bytes are answered.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ingest/wire/elasticsearch_bulk.h"
#include "tests/support/bulk_text.h"
#include "tests/support/delivered.h"
#include "tests/support/whole_body.h"

using namespace trailkeeper::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  if (const auto action = document_action(body)) {
    trailkeeper::tests::check_json(document_response(*action, Receipt{}).body);
  }
  BulkDecoder decoder{"index"};
  std::vector<BulkAction> actions;
  const auto delivery = trailkeeper::tests::decoded_body(decoder, body, [&] {
    for (BulkAction& action : decoder.take_actions()) actions.push_back(std::move(action));
  });
  if (!delivery) {
    trailkeeper::tests::check_json(elasticsearch_error(delivery.error()));
    return 0;
  }
  trailkeeper::tests::check_delivery(*delivery);
  BulkAnswer answer;
  answer.add(actions, trailkeeper::tests::mixed_receipt(*delivery));
  trailkeeper::tests::check_json(trailkeeper::tests::bulk_text(std::move(answer), 1));
  return 0;
}
