// Names that stand beside what they name: `{"field":"userAgent","value":…}`, `"columns":[{"name":"userAgent"}]`. What
// holds for members' names holds for them.
#pragma once

#include <string_view>
#include <vector>

#include "event/record.h"

namespace trailkeeper::event {

/// The rows of event/wrapper.h that an object has, without that of a `value` that was sent.
WrapperRows open_rows(const Record& record);

/// Whether the `value` of an object was sent by somebody, as the name beside it says: a text counts only under a name
/// that event/wrapper.h lists, an object under any that doesn't say that it was sent (event/sent_member.h).
bool value_was_sent(const Record& record);

/// Which columns of the rows in an object have what was sent, as `columns`, `schema` or `fields` names them; empty if
/// none does. `object`, with these rows of event/wrapper.h, must be followed by kPadding readable bytes.
std::vector<bool> sent_columns(std::string_view object, const WrapperRows& rows);

/// The same for an object of which only its front is there, up to the array of its rows; it needs no padding.
std::vector<bool> sent_columns_in_front(std::string_view front);

}  // namespace trailkeeper::event
