// SQL's values as parts of JSON texts and back, by the forms that json_form() (query/sql/type.h) names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "query/sql/functions/call.h"

namespace trailkeeper::query::sql {

/// Appends an argument's JSON.
void append_json(sqlite3_value* value, char form, std::string& out);

/// Gives what a JSON value is as one of SQL's.
void give_json(Call& call, std::optional<std::string_view> json, char form);

}  // namespace trailkeeper::query::sql
