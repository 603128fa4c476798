// What a LookupEvents request asks for, and the token by which it goes on after a page.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "query/event_list.h"
#include "query/filter.h"

namespace trailkeeper::query {

/// A request that was understood.
struct LookupRequest {
  Filter filter;
  bool insight = false;  ///< Insight events instead of management events.
  /// EventName and EventSource of insight events, which have them below insightDetails: not in the filter.
  std::vector<std::pair<std::string, std::string>> insight_attributes;
  bool nothing = false;  ///< The attributes exclude each other.
  unsigned limit = 0;
  std::optional<Position> after;
  std::string parameters;  ///< All of the above that a token is bound to.
};

/// AWS's name of an error and its message.
struct LookupError {
  std::string type;
  std::string message;
};

/// `seed` is the store's. Never throws, whatever the request holds.
std::variant<LookupRequest, LookupError> parse_lookup(std::string_view json, std::uint64_t seed);

/// A NextToken for what comes behind `last` in the answer to `request`: base64 of the place and of a hash over it and
/// the request's parameters, keyed by the store's seed. It is no secret and no authority, only a place; the hash tells
/// other requests' tokens, and what was changed on the way, from the right ones.
std::string encode_token(const Position& last, const LookupRequest& request, std::uint64_t seed);

/// The place in a token; nothing if it isn't one that encode_token made for these parameters and this store.
std::optional<Position> decode_token(std::string_view token, const LookupRequest& request, std::uint64_t seed);

}  // namespace trailkeeper::query
