// Which of an event's fields AWS writes in words of its own.
#pragma once

#include <cstdint>
#include <string_view>

namespace trailkeeper::rules::credits {

/// How the values of a field are worded.
enum class Wording : std::uint8_t {
  free,   ///< As somebody liked.
  terms,  ///< In a few terms, such as `AwsApiCall`; what isn't like one, somebody made up.
  fixed,  ///< In parts of which everybody's events consist: calls, services, regions, addresses.
};

/// Of the field at a path of an event (event/field.h). A confidential word is masked in `free` ones, and in `terms`
/// unless it is like a term; `fixed` ones say what happened, and nobody shall hide that by writing it into a form.
Wording wording_of(std::string_view path);

/// Whether a word is like AWS's terms: `Root`, `AWS::S3::Bucket`, or eventVersion's `1.08`.
bool is_like_term(std::string_view word);

/// What API parameters and terms are made of: letters only.
bool is_plain_name(std::string_view text);

}  // namespace trailkeeper::rules::credits
