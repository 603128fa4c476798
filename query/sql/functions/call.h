// A call of one of our functions by SQLite.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace trailkeeper::query::sql {

/// A function can't give a value for what it was given: the query fails, except inside try(…).
class CallFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Its arguments and its result.
class Call {
 public:
  Call(sqlite3_context* context, int count, sqlite3_value** values)
      : context_(context), values_(values, static_cast<std::size_t>(count)) {}

  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] bool is_null(std::size_t i) const { return sqlite3_value_type(values_[i]) == SQLITE_NULL; }
  [[nodiscard]] bool is_real(std::size_t i) const { return sqlite3_value_type(values_[i]) == SQLITE_FLOAT; }
  [[nodiscard]] bool is_text(std::size_t i) const { return sqlite3_value_type(values_[i]) == SQLITE_TEXT; }
  [[nodiscard]] std::int64_t integer(std::size_t i) const { return sqlite3_value_int64(values_[i]); }
  [[nodiscard]] double real(std::size_t i) const { return sqlite3_value_double(values_[i]); }
  [[nodiscard]] std::string_view text(std::size_t i) const;
  [[nodiscard]] sqlite3_value* value(std::size_t i) const { return values_[i]; }

  void give_null() { sqlite3_result_null(context_); }
  void give(std::int64_t number) { sqlite3_result_int64(context_, number); }
  void give(double number) { sqlite3_result_double(context_, number); }
  void give_truth(bool truth) { sqlite3_result_int(context_, truth ? 1 : 0); }
  void give(std::string_view text);
  /// To be asked while a result grows. Throws CallFailed if it has more bytes than a function may give.
  static void check_length(std::size_t bytes) {
    if (bytes > kLongestResult) throw CallFailed{"a value gets longer than 16 MiB"};
  }
  static constexpr std::size_t kLongestResult = std::size_t{1} << 24;
  void give_value(std::size_t i) { sqlite3_result_value(context_, values_[i]); }

  /// What was made of an argument that is the same in all calls of a query, such as a regular expression: made once.
  template <typename Made, typename Make>
  std::shared_ptr<const Made> kept(std::size_t i, const Make& make) {
    using Kept = std::shared_ptr<const Made>;
    const int place = static_cast<int>(i);
    if (const auto* const known = static_cast<Kept*>(sqlite3_get_auxdata(context_, place))) return *known;
    auto made = std::make_unique<Kept>(make(text(i)));
    Kept shared = *made;
    sqlite3_set_auxdata(context_, place, made.release(), [](void* old) { delete static_cast<Kept*>(old); });
    return shared;
  }

 private:
  sqlite3_context* context_;
  std::span<sqlite3_value*> values_;
};

/// A function for SQLite, called t_NAME, and try_NAME, which gives NULL where it fails.
struct ScalarFunction {
  const char* name;
  int arguments;  ///< -1: any number.
  bool strict;    ///< NULL where any argument is NULL.
  void (*run)(Call& call);
};

std::span<const ScalarFunction> text_functions();
std::span<const ScalarFunction> number_functions();
std::span<const ScalarFunction> time_functions();
std::span<const ScalarFunction> json_functions();
std::span<const ScalarFunction> array_functions();

/// How SQLite calls one of our functions, where a table has to name it; `data` gets what goes with it.
using FunctionPointer = void (*)(sqlite3_context*, int, sqlite3_value**);
/// Of LIKE's function, or regexp_like's.
FunctionPointer like_pointer(void** data);
FunctionPointer regexp_like_pointer(void** data);

/// Adds aggregates.
void register_aggregates(sqlite3* database);
/// Adds all functions.
void register_functions(sqlite3* database);

}  // namespace trailkeeper::query::sql
