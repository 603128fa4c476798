// What every decoder promises of the deliveries it makes; for fuzzers.
#pragma once

#include <simdjson.h>

#include <cstdlib>
#include <string>

#include "ingest/delivery.h"

namespace trailkeeper::tests {

/// Ends the program if a document lies outside the delivery, or belongs to no item.
inline void check_delivery(const ingest::Delivery& delivery) {
  if (delivery.bytes.size() < delivery.size + event::kPadding) std::abort();
  for (const ingest::Document& document : delivery.documents) {
    if (document.begin > document.end || document.end > delivery.size) std::abort();
    if (document.item >= delivery.items) std::abort();
  }
}

/// Ends the program if an answer isn't JSON.
inline void check_json(const std::string& text) {
  simdjson::dom::parser parser;
  if (parser.parse(text).error() != simdjson::SUCCESS) std::abort();
}

/// A receipt with something of everything.
inline ingest::Receipt mixed_receipt(const ingest::Delivery& delivery) {
  ingest::Receipt receipt;
  for (std::uint32_t item = 0; item < delivery.items; ++item) {
    receipt.items.push_back({item % 3 == 0 ? 1U : 0U, item % 3 == 1 ? 1U : 0U, item % 3 == 2 ? 1U : 0U,
                             item % 3 == 2 ? event::Reason::broken_json : event::Reason::none});
  }
  return receipt;
}

}  // namespace trailkeeper::tests
