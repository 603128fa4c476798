// What a request's Authorization header presents.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::serve {

/// The secret in the value of an Authorization header, for TokenSet::find: for `Bearer S` (RFC 6750) and `Splunk S`
/// (Splunk's HTTP Event Collector) S itself, for `Basic B` (RFC 7617) the password, for `ApiKey S` (Elasticsearch) S,
/// or whatever follows the colon in its base64. The scheme's case doesn't matter. Nothing for anything else, and for
/// more than 4,096 bytes.
std::optional<std::string> presented_secret(std::string_view authorization);

}  // namespace trailkeeper::serve
