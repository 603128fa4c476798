#include "query/sql/functions/call.h"

#include <algorithm>

namespace trailkeeper::query::sql {
namespace {

/// How a function is known to SQLite.
struct RegisteredFunction {
  const ScalarFunction* function;
  bool forgiving;
};

void run_function(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto* const registered = static_cast<const RegisteredFunction*>(sqlite3_user_data(context));
  Call call{context, count, values};
  try {
    if (registered->function->strict) {
      for (std::size_t i = 0; i < call.size(); ++i) {
        if (call.is_null(i)) return;
      }
    }
    registered->function->run(call);
  } catch (const CallFailed& failed) {
    if (registered->forgiving) return;
    sqlite3_result_error(context, failed.what(), -1);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& failed) {
    sqlite3_result_error(context, failed.what(), -1);
  }
}

const ScalarFunction* text_function(std::string_view name) {
  const auto functions = text_functions();
  return &*std::find_if(functions.begin(), functions.end(),
                        [name](const ScalarFunction& one) { return one.name == name; });
}

void register_all(sqlite3* database, std::span<const ScalarFunction> functions) {
  for (const ScalarFunction& function : functions) {
    for (const bool forgiving : {false, true}) {
      const std::string name = std::string{forgiving ? "try_" : "t_"} + function.name;
      sqlite3_create_function_v2(database, name.c_str(), function.arguments,
                                 SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                 new RegisteredFunction{&function, forgiving}, &run_function, nullptr, nullptr,
                                 [](void* old) { delete static_cast<RegisteredFunction*>(old); });
    }
  }
}

}  // namespace

std::string_view Call::text(std::size_t i) const {
  const auto* const bytes = reinterpret_cast<const char*>(sqlite3_value_text(values_[i]));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_value_bytes(values_[i]))};
}

void Call::give(std::string_view text) {
  sqlite3_result_text64(context_, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
}

FunctionPointer like_pointer(void** data) {
  static RegisteredFunction like{text_function("like"), false};
  *data = &like;
  return &run_function;
}

FunctionPointer regexp_like_pointer(void** data) {
  static RegisteredFunction like{text_function("regexp_like"), false};
  *data = &like;
  return &run_function;
}

void register_functions(sqlite3* database) {
  register_all(database, text_functions());
  register_all(database, number_functions());
  register_all(database, time_functions());
  register_all(database, json_functions());
  register_all(database, array_functions());
  register_aggregates(database);
}

}  // namespace trailkeeper::query::sql
