// Any bytes as a LookupEvents request, and any bytes as a NextToken of one: answered, never thrown, and a token that is
// accepted is the one that would be made for its place.
#include <cstdlib>
#include <string>

#include "query/lookup_request.h"
#include "text/timestamp.h"

using namespace trailkeeper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  constexpr std::uint64_t kSeed = 7;
  const auto parsed = query::parse_lookup(bytes, kSeed);
  if (const auto* const error = std::get_if<query::LookupError>(&parsed)) {
    if (error->type.empty() || error->message.empty()) std::abort();
  } else {
    const auto& request = std::get<query::LookupRequest>(parsed);
    if (request.limit < 1 || request.limit > 50) std::abort();
    if (request.filter.since && request.filter.until && *request.filter.since >= *request.filter.until) std::abort();
    query::Position place;
    place.time = static_cast<text::Timestamp>(size);
    place.hash = size;
    if (query::decode_token(query::encode_token(place, request, kSeed), request, kSeed) != place) std::abort();
    query::LookupRequest other = request;
    other.parameters += "x";
    if (query::decode_token(query::encode_token(place, request, kSeed), other, kSeed)) std::abort();
  }
  const query::LookupRequest plain;
  const auto place = query::decode_token(bytes, plain, kSeed);
  if (place && query::encode_token(*place, plain, kSeed) != bytes) std::abort();
  return 0;
}
