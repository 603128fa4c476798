// Names of CloudTrail's log files in S3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "generate/random.h"
#include "generate/text.h"

namespace trailkeeper::generate {

/// `AWSLogs/<account>/CloudTrail/<region>/yyyy/mm/dd/<account>_CloudTrail_<region>_YYYYMMDDTHHmmZ_<16 characters>.json.gz`
/// for a file whose last event happened at `time`.
std::string s3_name(std::string_view account, std::string_view region, std::int64_t time, Random& random);

}  // namespace trailkeeper::generate
