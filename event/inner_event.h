// The one event that an object holds in a member of any name.
#pragma once

#include <string_view>

#include "event/record.h"

namespace trailkeeper::event {

/// For a `record` that is an object but not an event: the JSON, as written, of the only value in it that may be one,
/// whatever its member is called; empty if there is none, or several. Check it before believing it. It is
///
/// - the outermost object that contains all objects with a record's eventName and eventTime, if it is one of them.
///   Objects in arrays, and in what a record says about its call (`requestParameters`), don't count; nor does one that
///   event/wrapper.h knows, which decides then;
/// - a string that begins like one and has a record's words, if it is the only text, apart from times and GUIDs, or
///   the array in whose elements there are such strings, all at one place, and no other text. Text
///   beside other text is what an object reports about somebody, such as a visitor's query string or user agent, and
///   must not become an event.
std::string_view inner_event(const Record& record);

}  // namespace trailkeeper::event
