#include "query/sql/type.h"

#include <utility>

#include "query/sql/refused.h"

namespace trailkeeper::query::sql {

const Type& Type::element() const {
  static const Type kNothing;
  return of ? *of : kNothing;
}

Type array_of(Type element) { return {Kind::array, std::make_shared<const Type>(std::move(element))}; }
Type map_of(Type value) { return {Kind::map, std::make_shared<const Type>(std::move(value))}; }

std::string type_text(const Type& type) {
  switch (type.kind) {
    case Kind::unknown: return "unknown";
    case Kind::varchar: return "varchar";
    case Kind::bigint: return "bigint";
    case Kind::real: return "double";
    case Kind::boolean: return "boolean";
    case Kind::timestamp: return "timestamp";
    case Kind::date: return "date";
    case Kind::day_interval: return "interval day to second";
    case Kind::year_interval: return "interval year to month";
    case Kind::json: return "json";
    case Kind::array: return "array(" + type_text(type.element()) + ")";
    case Kind::map: return "map(varchar, " + type_text(type.element()) + ")";
    case Kind::row: break;
  }
  return "row";
}

char json_form(const Type& type) {
  switch (type.kind) {
    case Kind::bigint: return 'i';
    case Kind::real: return 'd';
    case Kind::boolean: return 'b';
    case Kind::json:
    case Kind::array:
    case Kind::map:
    case Kind::row: return 'j';
    default: return 's';
  }
}

Type type_of_name(const TypeName& name) {
  const std::string& word = name.name;
  const auto plain = [&](Kind kind) { return Type{kind}; };
  if (word == "varchar" || word == "char" || word == "string" || word == "ipaddress" || word == "uuid") {
    return plain(Kind::varchar);
  }
  if (word == "bigint" || word == "integer" || word == "int" || word == "smallint" || word == "tinyint") {
    return plain(Kind::bigint);
  }
  if (word == "double" || word == "real") return plain(Kind::real);
  if (word == "boolean") return plain(Kind::boolean);
  if (word == "timestamp") return plain(Kind::timestamp);
  if (word == "date") return plain(Kind::date);
  if (word == "json") return plain(Kind::json);
  if (word == "array" && name.of.size() == 1) return array_of(type_of_name(name.of.front()));
  if (word == "map" && name.of.size() == 2) {
    if (!type_of_name(name.of.front()).is(Kind::varchar)) {
      throw Refused{"only maps whose keys are varchars are supported", name.offset};
    }
    return map_of(type_of_name(name.of.back()));
  }
  if (word == "decimal" || word == "numeric")
    throw Refused{"the type " + word + " isn't supported: use double", name.offset};
  throw Refused{"the type " + word + " isn't supported", name.offset};
}

}  // namespace trailkeeper::query::sql
