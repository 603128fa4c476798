// One form for all JSON texts that say the same.
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::event {

/// Appends bytes that two valid JSON texts share if, and only if, they are the same value: white space, the order of an
/// object's members, escapes and the spelling of numbers (1, 1.0, 10e-1; 0 and -0) make no difference; the order of
/// array elements, and that of members with one key, does. Numbers count exactly, whatever their size; lone surrogates
/// are characters of their own. Linear in the text, but for sorting members. The form is no JSON and may change from
/// version to version, except where docs/format.md says that its hash is stored. Depth is bounded by what the parser of
/// events accepts; any other bytes give some form and do no harm.
void append_canonical_json(std::string_view json, std::string& out);

/// The same of what a record's shipper can't have changed: without members that are null, at any depth, and without
/// members at the top that CloudTrail doesn't write (event/record_member.h), such as `@timestamp`, `date` or `tags`.
/// Two copies of a record share it although a shipper added such members or left nulls out.
void append_essential_json(std::string_view json, std::string& out);

}  // namespace trailkeeper::event
