#include "query/sql/pushed_filter.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "query/field_catalogue.h"
#include "query/sql/sql_time.h"

namespace trailkeeper::query::sql {
namespace {

bool is_equality(int comparison) {
  return comparison == SQLITE_INDEX_CONSTRAINT_EQ || comparison == SQLITE_INDEX_CONSTRAINT_IS;
}

bool is_range(int comparison) {
  return comparison == SQLITE_INDEX_CONSTRAINT_LT || comparison == SQLITE_INDEX_CONSTRAINT_LE ||
         comparison == SQLITE_INDEX_CONSTRAINT_GT || comparison == SQLITE_INDEX_CONSTRAINT_GE;
}

std::string_view text_of(sqlite3_value* value) {
  const auto* const bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return bytes == nullptr ? std::string_view{}
                          : std::string_view{bytes, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

// A text that matches as it is where globs are taken.
std::string plain_glob(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

// Filters that find a column's values by the places where they are (postings), which conditions on paths don't.
std::optional<FilterField> filter_of_path(std::string_view path) {
  if (path == "eventName") return FilterField::name;
  if (path == "eventSource") return FilterField::source;
  if (path == "awsRegion") return FilterField::region;
  if (path == "eventID") return FilterField::event_id;
  if (path == "userIdentity.accessKeyId") return FilterField::access_key;
  if (path == "verdict") return FilterField::verdict;
  return std::nullopt;
}

// The value as events show it.
std::string shown_text(sqlite3_value* value, const Type& type) {
  if (type.is(Kind::boolean)) return sqlite3_value_int(value) != 0 ? "true" : "false";
  return std::string{text_of(value)};
}

void push_equal(const NamedType& column, const std::vector<sqlite3_value*>& values, Filter& filter) {
  const auto field = filter_of_path(column.name);
  for (sqlite3_value* const value : values) {
    const std::string glob = plain_glob(shown_text(value, column.type));
    if (field && !glob.empty()) {
      filter.add(*field, glob);
    } else {
      filter.add_condition({leaf_name(column.name), Comparison::equal, glob, nullptr}, glob, false);
    }
  }
}

bool push_time(int comparison, sqlite3_value* value, Filter& filter) {
  const auto time = parse_sql_time(text_of(value));
  if (!time) return true;
  const auto since = [&](text::Timestamp from) { filter.since = std::max(filter.since.value_or(from), from); };
  const auto until = [&](text::Timestamp to) { filter.until = std::min(filter.until.value_or(to), to); };
  if (comparison == SQLITE_INDEX_CONSTRAINT_GT) since(*time + 1);
  if (comparison == SQLITE_INDEX_CONSTRAINT_GE) since(*time);
  if (comparison == SQLITE_INDEX_CONSTRAINT_LT) until(*time);
  if (comparison == SQLITE_INDEX_CONSTRAINT_LE) until(*time + 1);
  if (is_equality(comparison)) {
    since(*time);
    until(*time + 1);
  }
  return true;
}

void push_regex(const NamedType& column, std::string_view text, Filter& filter) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(kRegexBytes));
  auto regex = std::make_shared<const RE2>(re2::StringPiece{text.data(), text.size()}, options);
  if (!regex->ok()) return;  // The function itself says what is wrong.
  filter.add_condition({leaf_name(column.name), Comparison::matches, std::string{text}, std::move(regex)}, text, false);
}

// Gives false if no event can pass.
bool push_condition(const NamedType& column, const PushedCondition& condition,
                    const std::vector<sqlite3_value*>& values, Filter& filter) {
  std::vector<sqlite3_value*> present = values;
  std::erase_if(present, [](sqlite3_value* value) { return sqlite3_value_type(value) == SQLITE_NULL; });
  const int comparison = condition.comparison;
  if (comparison == SQLITE_INDEX_CONSTRAINT_ISNULL || comparison == SQLITE_INDEX_CONSTRAINT_ISNOTNULL) {
    const Comparison sign = comparison == SQLITE_INDEX_CONSTRAINT_ISNULL ? Comparison::absent : Comparison::present;
    filter.add_condition({leaf_name(column.name), sign, {}, nullptr}, column.name, false);
    return true;
  }
  if (present.empty()) {
    // IS NULL by another spelling; anything else is never true of NULL.
    if (comparison != SQLITE_INDEX_CONSTRAINT_IS) return false;
    if (column.name != "eventTime" && column.name != "verdict") {
      filter.add_condition({leaf_name(column.name), Comparison::absent, {}, nullptr}, column.name, false);
    }
    return true;
  }
  if (column.name == "eventTime" || column.name == kTimeRange) {
    return present.size() > 1 || push_time(comparison, present.front(), filter);
  }
  if (comparison == kLikeConstraint) {
    const std::string glob{text_of(present.front())};
    filter.add_condition({leaf_name(column.name), Comparison::equal, glob, nullptr}, glob, false);
  } else if (comparison == kRegexConstraint) {
    push_regex(column, text_of(present.front()), filter);
  } else {
    push_equal(column, present, filter);
  }
  return true;
}

}  // namespace

std::string leaf_name(const std::string& path) {
  const bool said_the_same = path == "eventName" || path == "eventSource" || path == "verdict";
  return said_the_same || derived_field(path) == nullptr ? path : "\\" + path;
}

bool can_push(const NamedType& column, int comparison) {
  if (column.name == "eventTime" || column.name == kTimeRange) return is_equality(comparison) || is_range(comparison);
  if (column.name == "eventJson") return false;
  const bool text = column.type.is(Kind::varchar);
  if (is_equality(comparison)) return text || column.type.is(Kind::boolean);
  if (column.name == "verdict") return false;
  const bool presence = comparison == SQLITE_INDEX_CONSTRAINT_ISNULL || comparison == SQLITE_INDEX_CONSTRAINT_ISNOTNULL;
  if (presence) return text;
  return text && (comparison == kLikeConstraint || comparison == kRegexConstraint);
}

bool push_conditions(const EventsUse& use, const std::vector<PushedCondition>& conditions, sqlite3_value** values,
                     Filter& filter) {
  bool possible = true;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    std::vector<sqlite3_value*> compared;
    if (conditions[i].is_list) {
      sqlite3_value* one = nullptr;
      for (int code = sqlite3_vtab_in_first(values[i], &one); code == SQLITE_OK;
           code = sqlite3_vtab_in_next(values[i], &one)) {
        // The value lives until the next is taken.
        compared.push_back(sqlite3_value_dup(one));
      }
    } else {
      compared.push_back(sqlite3_value_dup(values[i]));
    }
    possible = push_condition(use.columns.at(conditions[i].column), conditions[i], compared, filter) && possible;
    for (sqlite3_value* const value : compared) sqlite3_value_free(value);
  }
  return possible;
}

double choose_conditions(const EventsUse& use, sqlite3_index_info& info) {
  std::vector<PushedCondition> conditions;
  double rows = 10'000'000;
  for (int i = 0; i < info.nConstraint; ++i) {
    const auto& offered = info.aConstraint[i];
    if (offered.usable == 0 || offered.iColumn < 0) continue;
    const auto column = static_cast<std::size_t>(offered.iColumn);
    if (column >= use.columns.size() || !can_push(use.columns[column], offered.op)) continue;
    PushedCondition condition{column, offered.op, false};
    if (offered.op == SQLITE_INDEX_CONSTRAINT_EQ && sqlite3_vtab_in(&info, i, -1) != 0) {
      sqlite3_vtab_in(&info, i, 1);
      condition.is_list = true;
    }
    conditions.push_back(condition);
    info.aConstraintUsage[i].argvIndex = static_cast<int>(conditions.size());
    // Exact, and the column has no values to compare again.
    if (use.columns[column].name == kTimeRange) info.aConstraintUsage[i].omit = 1;
    rows /= offered.op == SQLITE_INDEX_CONSTRAINT_EQ ? 100 : 4;
  }
  const std::string text = encode_conditions(conditions);
  info.idxStr = sqlite3_mprintf("%s", text.c_str());
  info.needToFreeIdxStr = 1;
  info.estimatedRows = static_cast<sqlite3_int64>(rows);
  info.estimatedCost = rows * 2 + 1000;
  return rows;
}

std::string condition_text(const NamedType& column, const PushedCondition& condition) {
  const std::string name = column.name == kTimeRange ? "eventTime" : column.name;
  switch (condition.comparison) {
    case SQLITE_INDEX_CONSTRAINT_ISNULL: return name + " IS NULL";
    case SQLITE_INDEX_CONSTRAINT_ISNOTNULL: return name + " IS NOT NULL";
    case SQLITE_INDEX_CONSTRAINT_LT: return name + " <";
    case SQLITE_INDEX_CONSTRAINT_LE: return name + " <=";
    case SQLITE_INDEX_CONSTRAINT_GT: return name + " >";
    case SQLITE_INDEX_CONSTRAINT_GE: return name + " >=";
    case kLikeConstraint: return name + " LIKE";
    case kRegexConstraint: return name + " regexp_like";
    default: return name + (condition.is_list ? " IN" : " =");
  }
}

std::string encode_conditions(const std::vector<PushedCondition>& conditions) {
  std::string out;
  for (const PushedCondition& one : conditions)
    out += fmt::format("{} {} {} ", one.column, one.comparison, one.is_list ? 1 : 0);
  return out;
}

std::vector<PushedCondition> decode_conditions(const char* text) {
  std::vector<PushedCondition> conditions;
  if (text == nullptr) return conditions;
  std::istringstream in{text};
  PushedCondition one;
  int list = 0;
  while (in >> one.column >> one.comparison >> list) {
    one.is_list = list != 0;
    conditions.push_back(one);
  }
  return conditions;
}

}  // namespace trailkeeper::query::sql
