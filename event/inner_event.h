// The one event that an object holds in a member of any name.
#pragma once

#include <string_view>

#include "event/record.h"

namespace trailkeeper::event {

/// Where `record` is an object but no event: the JSON, as written, of the only value in it that may be one, whatever
/// its member is called; empty if there is none, or several. It is to be looked at before it is believed. It is
///
/// - the outermost object in which all objects lie that have a record's eventName and eventTime, if it is one of them.
///   Objects in arrays, and in what a record says of its call (`requestParameters`), are none; nor is one that
///   event/wrapper.h knows: that decides then;
/// - a string that begins like one and has a record's words, if it is all the text there is, times and GUIDs aside; or
///   the array in whose elements there are such strings, all at one place, and no other text.
///   What an object has beside other text is what it reports of somebody, such as a visitor's query string or user
///   agent, and must not become an event.
std::string_view inner_event(const Record& record);

}  // namespace trailkeeper::event
