// trailkeeper count: how many events there are of each kind.
#include "query/count.h"

#include "cli/command.h"
#include "cli/coverage_note.h"
#include "cli/field_columns.h"
#include "cli/filter_options.h"
#include "cli/row_writer.h"
#include "query/filter_value.h"
#include "store/store.h"
#include "text/clock.h"
#include "text/timestamp.h"

namespace trailkeeper::cli {
namespace {

struct CountArguments {
  FilterOptions filter;
  query::CountRequest request;
  std::vector<std::string> having;
  bool first = false;
  bool last = false;
  std::size_t max_memory = std::size_t{1} << 30;
};

query::CountedEvents count(const store::Snapshot& snapshot, const query::Filter& filter,
                           const query::CountRequest& request) {
  try {
    return query::count_groups(snapshot, filter, request);
  } catch (const query::OverBudget&) {
    throw std::runtime_error("the groups take more than " + std::to_string(request.memory->limit() >> 20) +
                             " MiB of memory: count by fewer fields, narrow the filter, or allow more (--max-memory)");
  }
}

// All but the memory.
query::CountRequest request_of(const CountArguments& arguments) {
  query::CountRequest request = arguments.request;
  request.times = arguments.first || arguments.last;
  for (const std::string& condition : arguments.having) {
    if (const auto wrong = query::add_group_condition(request.having, condition, text::now())) {
      throw UsageError("--having: " + *wrong);
    }
  }
  if (const auto wrong = query::missing_distinct(request)) throw UsageError("--having: " + *wrong);
  return request;
}

std::vector<Column> columns_of(const CountArguments& arguments, const query::CountRequest& request) {
  std::vector<Column> columns;
  if (request.per != query::Bucket::none) columns.push_back({std::string{query::bucket_name(request.per)}});
  for (const std::string& field : request.by) columns.push_back(field_column(field));
  columns.push_back({"count", true});
  if (!request.distinct.empty()) columns.push_back({"distinct", true});
  const auto time_column = [&](const char* name) {
    Column column = field_column("time");
    column.name = name;
    columns.push_back(std::move(column));
  };
  if (arguments.first) time_column("first");
  if (arguments.last) time_column("last");
  return columns;
}

std::vector<Cell> cells_of(const CountArguments& arguments, const query::CountRequest& request,
                           const query::CountRow& row) {
  std::vector<Cell> cells;
  if (request.per != query::Bucket::none) cells.push_back(Cell::shown(row.bucket));
  for (const auto& value : row.values) cells.push_back(value ? Cell::shown(*value) : Cell::absent());
  cells.push_back(Cell::of(row.count));
  if (!request.distinct.empty()) cells.push_back(Cell::of(row.distinct));
  const auto time_cell = [&](text::Timestamp time) {
    cells.push_back(row.count == 0 ? Cell::absent() : Cell::shown(text::format_timestamp(time)));
  };
  if (arguments.first) time_cell(row.first);
  if (arguments.last) time_cell(row.last);
  return cells;
}

int run_count(const GlobalOptions& global, const CountArguments& arguments) {
  const query::Filter filter = arguments.filter.filter();
  query::CountRequest request = request_of(arguments);
  check_field_names(request.by, global);
  if (!request.distinct.empty()) check_field_names({request.distinct}, global);
  check_field_names(query::condition_paths(filter), global);
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  query::MemoryBudget memory{arguments.max_memory};
  request.memory = &memory;
  const query::CountedEvents counted = count(snapshot, filter, request);
  Out out{global, Out::Length::list};
  RowWriter rows{out, columns_of(arguments, request), request.having.empty() ? "no event passes" : "no group passes"};
  std::uint64_t passed = 0;
  for (const query::CountRow& row : counted.rows) {
    passed += row.count;
    rows.row(cells_of(arguments, request, row));
  }
  rows.finish();
  if (passed == 0 && request.having.empty()) note_similar_value(snapshot, filter);
  note_verdicts(snapshot, filter, request);
  return kDone;
}

}  // namespace

void add_count(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("count", "Count events by their fields");
  const auto arguments = std::make_shared<CountArguments>();
  arguments->filter.add_to(command);
  command
      .add_option("--by", arguments->request.by,
                  "Fields to count by: name, user, error, … or paths such as tlsDetails.tlsVersion")
      .delimiter(',')
      .type_name("FIELD,…")
      .suggest(offered_fields())
      .repeatable();
  command
      .add_choice<query::Bucket>("--per", arguments->request.per, query::kBucketWords,
                                 "Also by hour, day or month (UTC)")
      .type_name("UNIT");
  command.add_option("--top", arguments->request.top, "Only the N largest (of each hour, day or month)").count();
  command
      .add_option("--distinct", arguments->request.distinct,
                  "Also how many different values this field or path has in each group")
      .type_name("FIELD")
      .suggest(offered_fields());
  command.add_flag("--first", arguments->first, "Also the first eventTime of each group");
  command.add_flag("--last", arguments->last, "Also the last eventTime of each group");
  command
      .add_option("--having", arguments->having,
                  "Only groups whose count, distinct, first or last is so: 'count>100', 'distinct>=2', 'first>=7d'; "
                  "several: all must hold")
      .type_name("CONDITION")
      .repeatable();
  command
      .add_option("--max-memory", arguments->max_memory,
                  "Bytes that the groups and their different values may take; a count that needs more is refused "
                  "(default: 1GiB)")
      .bytes();
  command.footer(field_help() +
                 "\n\n"
                 "Examples:\n"
                 "  trailkeeper count --by name\n"
                 "  trailkeeper count --error any --by principal --top 10\n"
                 "  trailkeeper count --by user --distinct ip --first --last --having 'distinct>3'\n"
                 "  trailkeeper count --by ip --first --having 'first>=7d'\n"
                 "  trailkeeper count --source activate.amazonaws.com --by name,user --per month --output csv");
  command.runs([&global, arguments] { return run_count(global, *arguments); });
}

}  // namespace trailkeeper::cli
