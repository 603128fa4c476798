// Aggregates that SQLite lacks.
#include <string>

#include "query/sql/functions/call.h"
#include "query/sql/functions/json_form.h"
#include "query/sql/heap_meter.h"

namespace trailkeeper::query::sql {
namespace {

/// What an aggregate has seen of its group.
struct Gathered {
  HeapText json;
  std::uint64_t rows = 0;
  bool any_true = false;
  bool any_false = false;
  bool any_null = false;
  sqlite3_value* best = nullptr;  ///< What max_by gives so far, and by what.
  sqlite3_value* by = nullptr;

  ~Gathered() {
    sqlite3_value_free(best);
    sqlite3_value_free(by);
  }
};

// SQLite keeps a pointer for each group, zero at first.
Gathered* gathered_of(sqlite3_context* context, bool make) {
  constexpr int kPointerBytes = sizeof(void*);
  auto** const place = static_cast<Gathered**>(sqlite3_aggregate_context(context, make ? kPointerBytes : 0));
  if (place == nullptr) return nullptr;
  if (*place == nullptr && make) *place = new (HeapAllocator<Gathered>{}.allocate(1)) Gathered;
  return *place;
}

using Step = void (*)(Gathered& gathered, std::span<sqlite3_value*> values, const char* form);
using Finish = void (*)(sqlite3_context* context, Gathered* gathered);

struct Aggregate {
  const char* name;
  int arguments;
  const char* form;
  Step step;
  Finish finish;
};

void give_json_text(sqlite3_context* context, Gathered* gathered, char close) {
  if (gathered == nullptr || gathered->rows == 0) return sqlite3_result_null(context);
  gathered->json.append({&close, 1});
  gathered->json.give(context);
}

void add_element(Gathered& gathered, std::span<sqlite3_value*> values, const char* form) {
  std::string json{gathered.rows++ > 0 ? "," : "["};
  append_json(values[0], *form, json);
  gathered.json.append(json);
}

void finish_array(sqlite3_context* context, Gathered* gathered) { give_json_text(context, gathered, ']'); }

// Of a lambda's results: the form is the first argument, and none make an empty array.
void add_result(Gathered& gathered, std::span<sqlite3_value*> values, const char* /*form*/) {
  add_element(gathered, values.subspan(1), reinterpret_cast<const char*>(sqlite3_value_text(values[0])));
}

void finish_results(sqlite3_context* context, Gathered* gathered) {
  if (gathered == nullptr) return sqlite3_result_text(context, "[]", -1, SQLITE_STATIC);
  give_json_text(context, gathered, ']');
}

void add_entry(Gathered& gathered, std::span<sqlite3_value*> values, const char* /*form*/) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  std::string json{gathered.rows++ > 0 ? "," : "{"};
  append_json(values[0], 's', json);
  json.push_back(':');
  append_json(values[1], *reinterpret_cast<const char*>(sqlite3_value_text(values[2])), json);
  gathered.json.append(json);
}

void finish_map(sqlite3_context* context, Gathered* gathered) { give_json_text(context, gathered, '}'); }

void add_truth(Gathered& gathered, std::span<sqlite3_value*> values, const char* /*form*/) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) {
    gathered.any_null = true;
  } else if (sqlite3_value_int64(values[0]) != 0) {
    gathered.any_true = true;
  } else {
    gathered.any_false = true;
  }
}

void give_truth(sqlite3_context* context, bool decided, bool truth, bool unknown) {
  if (decided || !unknown) return sqlite3_result_int(context, (decided == truth) ? 1 : 0);
  sqlite3_result_null(context);
}

void finish_any(sqlite3_context* context, Gathered* gathered) {
  const bool any = gathered != nullptr && gathered->any_true;
  give_truth(context, any, true, gathered != nullptr && gathered->any_null);
}

void finish_none(sqlite3_context* context, Gathered* gathered) {
  const bool any = gathered != nullptr && gathered->any_true;
  give_truth(context, any, false, gathered != nullptr && gathered->any_null);
}

void finish_all(sqlite3_context* context, Gathered* gathered) {
  const bool any = gathered != nullptr && gathered->any_false;
  give_truth(context, any, false, gathered != nullptr && gathered->any_null);
}

int compare_values(sqlite3_value* a, sqlite3_value* b) {
  if (sqlite3_value_type(a) == SQLITE_TEXT && sqlite3_value_type(b) == SQLITE_TEXT) {
    const std::string_view left{reinterpret_cast<const char*>(sqlite3_value_text(a)),
                                static_cast<std::size_t>(sqlite3_value_bytes(a))};
    const std::string_view right{reinterpret_cast<const char*>(sqlite3_value_text(b)),
                                 static_cast<std::size_t>(sqlite3_value_bytes(b))};
    return left.compare(right);
  }
  if (sqlite3_value_type(a) == SQLITE_INTEGER && sqlite3_value_type(b) == SQLITE_INTEGER) {
    return sqlite3_value_int64(a) < sqlite3_value_int64(b)   ? -1
           : sqlite3_value_int64(a) > sqlite3_value_int64(b) ? 1
                                                             : 0;
  }
  return sqlite3_value_double(a) < sqlite3_value_double(b)   ? -1
         : sqlite3_value_double(a) > sqlite3_value_double(b) ? 1
                                                             : 0;
}

void keep_extreme(Gathered& gathered, std::span<sqlite3_value*> values, bool greatest) {
  if (sqlite3_value_type(values[1]) == SQLITE_NULL) return;
  if (gathered.by != nullptr) {
    const int order = compare_values(values[1], gathered.by);
    if (greatest ? order <= 0 : order >= 0) return;
  }
  sqlite3_value_free(gathered.best);
  sqlite3_value_free(gathered.by);
  gathered.best = sqlite3_value_dup(values[0]);
  gathered.by = sqlite3_value_dup(values[1]);
}

void finish_extreme(sqlite3_context* context, Gathered* gathered) {
  if (gathered == nullptr || gathered->best == nullptr) return sqlite3_result_null(context);
  sqlite3_result_value(context, gathered->best);
}

// A query in place of a value: one row, or none.
void keep_single(Gathered& gathered, std::span<sqlite3_value*> values, const char* /*form*/) {
  if (gathered.rows++ > 0) throw CallFailed{"a query in place of a value gave more than one row"};
  gathered.best = sqlite3_value_dup(values[0]);
}

constexpr Aggregate kOwnAggregates[] = {
    {"t_array_agg_s", 1, "s", add_element, finish_array},
    {"t_array_agg_i", 1, "i", add_element, finish_array},
    {"t_array_agg_d", 1, "d", add_element, finish_array},
    {"t_array_agg_b", 1, "b", add_element, finish_array},
    {"t_array_agg_j", 1, "j", add_element, finish_array},
    {"t_array_of", 2, "", add_result, finish_results},
    {"t_map_agg", 3, "", add_entry, finish_map},
    {"t_any_match", 1, "", add_truth, finish_any},
    {"t_none_match", 1, "", add_truth, finish_none},
    {"t_all_match", 1, "", add_truth, finish_all},
    {"t_max_by", 2, "", [](Gathered& g, std::span<sqlite3_value*> v, const char*) { keep_extreme(g, v, true); },
     finish_extreme},
    {"t_min_by", 2, "", [](Gathered& g, std::span<sqlite3_value*> v, const char*) { keep_extreme(g, v, false); },
     finish_extreme},
    {"t_single", 1, "", keep_single, finish_extreme},
};

void step_aggregate(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto* const aggregate = static_cast<const Aggregate*>(sqlite3_user_data(context));
  try {
    Gathered* const gathered = gathered_of(context, true);
    if (gathered == nullptr) return sqlite3_result_error_nomem(context);
    aggregate->step(*gathered, {values, static_cast<std::size_t>(count)}, aggregate->form);
    constexpr std::size_t kLongestJson = std::size_t{1} << 26;
    if (gathered->json.size() > kLongestJson) sqlite3_result_error_toobig(context);
  } catch (const CallFailed& failed) {
    sqlite3_result_error(context, failed.what(), -1);
  } catch (const std::exception&) {
    sqlite3_result_error_nomem(context);
  }
}

void finish_aggregate(sqlite3_context* context) {
  const auto* const aggregate = static_cast<const Aggregate*>(sqlite3_user_data(context));
  Gathered* const gathered = gathered_of(context, false);
  try {
    aggregate->finish(context, gathered);
  } catch (const std::exception&) {
    sqlite3_result_error_nomem(context);
  }
  if (gathered == nullptr) return;
  gathered->~Gathered();
  HeapAllocator<Gathered>{}.deallocate(gathered, 1);
}

}  // namespace

void register_aggregates(sqlite3* database) {
  for (const Aggregate& aggregate : kOwnAggregates) {
    sqlite3_create_function_v2(database, aggregate.name, aggregate.arguments, SQLITE_UTF8 | SQLITE_INNOCUOUS,
                               const_cast<Aggregate*>(&aggregate), nullptr, &step_aggregate, &finish_aggregate,
                               nullptr);
  }
}

}  // namespace trailkeeper::query::sql
