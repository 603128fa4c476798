// Whether a file's front has CloudTrail records in it, where records stand.
#pragma once

#include <string_view>

namespace trailkeeper::ingest {

/// Whether a JSON document in `front`, the first bytes of a file, is an event or holds one that event/unwrap.h would
/// take out: at its top, in an array of documents, in a wrapper. The names of a record's members elsewhere, in a log's
/// query strings or a rule's pattern, don't count; nor does a record in a line of text. A document that `front` cuts
/// off counts with what there is of it. Quick for the tens of kilobytes that it is meant for.
bool front_has_record(std::string_view front);

}  // namespace trailkeeper::ingest
