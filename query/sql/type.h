// The types of SQL's values, and how SQLite holds them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "query/sql/syntax.h"

namespace trailkeeper::query::sql {

/// SQLite holds a varchar as text, a bigint as an integer, a boolean as 0 or 1, a timestamp as the text
/// `2024-05-01 10:00:00.000`, a date as `2024-05-01` (so that both order as times do), a day interval as milliseconds,
/// a year interval as months; json, arrays, maps and rows as their JSON text.
enum class Kind : std::uint8_t {
  unknown,  ///< Of NULL alone.
  varchar,
  bigint,
  real,
  boolean,
  timestamp,
  date,
  day_interval,
  year_interval,
  json,
  array,
  map,  ///< Its keys are varchars.
  row,
};

struct Type {
  Kind kind = Kind::unknown;
  std::shared_ptr<const Type> of = nullptr;  ///< Of an array's elements, a map's values.
  std::string path = {};                     ///< Of a row: where it stands in an event (query/sql/event_schema.h).

  [[nodiscard]] bool is(Kind one) const { return kind == one; }
  [[nodiscard]] bool is_number() const { return kind == Kind::bigint || kind == Kind::real; }
  /// Its values are JSON texts.
  [[nodiscard]] bool is_json() const {
    return kind == Kind::json || kind == Kind::array || kind == Kind::map || kind == Kind::row;
  }
  [[nodiscard]] const Type& element() const;
};

Type array_of(Type element);
Type map_of(Type value);

/// `array(varchar)`, for people.
std::string type_text(const Type& type);

/// One character that tells SQL functions how a value of the type stands in JSON: `s` a string, `i` an integer, `d` a
/// number, `b` true or false, `j` as it is.
char json_form(const Type& type);

/// The type of a name in CAST. Throws Refused.
Type type_of_name(const TypeName& name);

}  // namespace trailkeeper::query::sql
