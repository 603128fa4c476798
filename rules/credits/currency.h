// Which currency an amount says that it is in, however that is spelled.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/json_node.h"

namespace trailkeeper::rules::credits {

/// Whether a member or a column says a currency by its name: it is, or ends in, `currency`, `currencyCode` or another
/// of the few words for that, whatever its case, and with any other characters between its letters.
bool names_currency(std::string_view name);

/// Whether a text, taken for a currency, is USD; also if it says none.
bool is_dollars(std::string_view currency);

/// The currency other than USD that a value says, which is taken for one whatever it is: of objects and arrays any text
/// in them.
std::optional<std::string> other_currency(const text::JsonNode& currency);

/// The currency other than USD that an amount says by any member in it, at any depth: there `unit` is one, too.
std::optional<std::string> other_currency_in(const text::JsonNode& amount);

/// The currency other than USD that a member of an object says about the amounts in it. A `unit` may be one of
/// anything: it counts if it is the code of a currency (ISO 4217).
std::optional<std::string> other_currency_beside(const text::JsonNode& object);

}  // namespace trailkeeper::rules::credits
