// The scalar functions of Trino that there are, with the types that they take and give.
#pragma once

#include <span>
#include <string_view>

namespace trailkeeper::query::sql {

/// A function. What it takes, one letter an argument: `s` varchar, `i` bigint, `n` number, `b` boolean, `t` timestamp
/// or date, `j` json or a varchar with JSON, `a` array, `m` map, `c` array or map, `x` anything, `u` a unit of time;
/// those after `?` may be left out, `*` at the end: the last repeats. What it gives: the same letters, `d` double, `D`
/// date, `A` array of varchars, `1` what its first argument is, `T` what its time is, `e` what the first argument's
/// elements are, `v` an array of these, `N` a bigint if all its numbers are.
struct FunctionWord {
  std::string_view name;
  std::string_view takes;
  std::string_view gives;
  std::string_view implementation = {};  ///< Its name in SQLite, without prefix, if it is another.
  bool deterministic = true;
};

std::span<const FunctionWord> function_words();
/// Null: there is none.
const FunctionWord* function_word(std::string_view name);

/// Names of functions and aggregates that the translator knows by itself, for suggestions.
std::span<const std::string_view> special_functions();

}  // namespace trailkeeper::query::sql
