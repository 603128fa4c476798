// Which of an event's fields AWS writes in words of its own.
#pragma once

#include <cstdint>
#include <string_view>

namespace trailkeeper::rules::credits {

/// How the values of a field are worded.
enum class Wording : std::uint8_t {
  free,   ///< In any words.
  terms,  ///< In a few terms, such as `AwsApiCall`; a value that isn't like one was made up by somebody.
  fixed,  ///< In parts that everybody's events consist of: calls, services, regions, addresses.
};

/// For the field at a path of an event (event/field.h). A confidential word is masked in `free` fields, and in `terms`
/// unless it is like a term. `fixed` fields say what happened, and nobody may hide that by writing it into a form.
Wording wording_of(std::string_view path);

/// Whether a word is like AWS's terms: `Root`, `AWS::S3::Bucket`, or eventVersion's `1.08`.
bool is_like_term(std::string_view word);

/// What API parameters and terms are made of: letters only.
bool is_plain_name(std::string_view text);

}  // namespace trailkeeper::rules::credits
