// CloudTrail's LookupEvents, as AWS's SDKs and CLI ask it.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
#pragma once

#include <string>
#include <string_view>

#include "store/store.h"

namespace trailkeeper::query {

/// The answer to a JSON 1.1 request (content type application/x-amz-json-1.1).
struct LookupAnswer {
  int status = 200;     ///< Or 400.
  std::string error;    ///< AWS's name of the error (`x-amzn-ErrorType`); empty if it is none.
  std::string body;     ///< JSON, also of an error: `{"__type":…,"message":…,"Message":…}`.
  unsigned events = 0;  ///< How many are in it.
};

/// Answers one request. Where it differs from AWS: several LookupAttributes are ANDed (AWS ignores all but the first),
/// EventName finds activate's misspelt names by either spelling, and there is no limit of 90 days.
///
/// NextToken is the place of the page's last event, bound to the request's other parameters and the store by a keyed
/// hash. So paging goes on exactly behind that event, whatever was committed or merged meanwhile and whichever process
/// answers; an event that was there when the first page was read comes exactly once.
///
/// Bad input is answered, never thrown. Throws StoreError.
LookupAnswer lookup_events(const store::Snapshot& snapshot, std::string_view request);

}  // namespace trailkeeper::query
