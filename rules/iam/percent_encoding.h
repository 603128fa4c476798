// Percent-encoded text (RFC 3986, 2.1), as in the documents of IAM's API and in S3's x-amz-copy-source.
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::rules::iam {

/// `%2F` becomes `/`; what is no escape stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace trailkeeper::rules::iam
