// One spelling for all spellings of a number.
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::event {

/// Appends a form that two numbers of JSON share if, and only if, they are equal: exactly, whatever their size. Zero
/// has no sign. Linear in the text.
void append_canonical_number(std::string_view number, std::string& out);

}  // namespace trailkeeper::event
