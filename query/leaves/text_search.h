// A filter on all of an event's values at once.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "query/event_tests.h"
#include "query/shown_event.h"

namespace trailkeeper::query {

/// Bytes that a text to be looked for may have.
constexpr std::size_t kLongestSearch = 4096;

/// One of the event's values (strings, numbers, true and false, not the names of members) contains one of the texts,
/// letter for letter. Each string of a dictionary is searched once. `shown`: values are searched as they are shown;
/// null: as they are stored. Precondition: no text is empty.
std::unique_ptr<EventTest> test_text(const store::Segment& segment, std::span<const std::string> texts,
                                     std::shared_ptr<const ShownEvents> shown);

/// Whether a text may occur in what is shown though it doesn't in what is stored: in a pseudonym for a known word, or
/// across its ends.
bool may_touch_pseudonym(std::string_view text);

}  // namespace trailkeeper::query
