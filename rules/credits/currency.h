// Which currency an amount says it is in, however that is spelled.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/json_node.h"

namespace trailkeeper::rules::credits {

/// Whether a member or a column names a currency: its name is, or ends in, `currency`, `currencyCode` or another of the
/// few words for that, whatever its case, and with any other characters between its letters.
bool names_currency(std::string_view name);

/// Whether a text, taken for a currency, is USD, or names none.
bool is_dollars(std::string_view currency);

/// The currency other than USD that a value names, which is taken for a currency whatever it is: in objects and arrays
/// any text counts.
std::optional<std::string> other_currency(const text::JsonNode& currency);

/// The currency other than USD that an amount names in any member, at any depth: there `unit` is a currency, too.
std::optional<std::string> other_currency_in(const text::JsonNode& amount);

/// The currency other than USD that a member of an object gives for the amounts in it. A `unit` may be a unit of
/// anything: it counts if it is the code of a currency (ISO 4217).
std::optional<std::string> other_currency_beside(const text::JsonNode& object);

}  // namespace trailkeeper::rules::credits
