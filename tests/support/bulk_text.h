// The whole text of a bulk answer.
#pragma once

#include <string>
#include <utility>

#include "ingest/wire/elasticsearch_bulk.h"

namespace trailkeeper::tests {

inline std::string bulk_text(ingest::BulkAnswer answer, std::uint64_t took) {
  ingest::BulkAnswerText text{std::move(answer), took};
  std::string all;
  while (!text.at_end()) all += text.next();
  return all;
}

}  // namespace trailkeeper::tests
