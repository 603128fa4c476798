// trailkeeper count: how many events there are of each kind.
#include "query/count.h"

#include "cli/command.h"
#include "cli/coverage_note.h"
#include "cli/field_columns.h"
#include "cli/filter_options.h"
#include "cli/row_writer.h"
#include "query/filter_value.h"
#include "store/store.h"

namespace trailkeeper::cli {
namespace {

struct CountArguments {
  FilterOptions filter;
  query::CountRequest request;
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

int run_count(const GlobalOptions& global, const CountArguments& arguments) {
  const query::Filter filter = arguments.filter.filter();
  check_field_names(arguments.request.by, global);
  check_field_names(query::condition_paths(filter), global);
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  query::MemoryBudget memory{arguments.max_memory};
  query::CountRequest request = arguments.request;
  request.memory = &memory;
  const bool buckets = request.per != query::Bucket::none;
  std::vector<Column> columns;
  if (buckets) columns.push_back({std::string{query::bucket_name(request.per)}});
  for (const std::string& field : request.by) columns.push_back(field_column(field));
  columns.push_back({"count", true});
  const query::CountedEvents counted = count(snapshot, filter, request);
  Out out{global, Out::Length::list};
  RowWriter rows{out, std::move(columns), "no event passes"};
  std::uint64_t passed = 0;
  for (const query::CountRow& row : counted.rows) {
    passed += row.count;
    std::vector<Cell> cells;
    if (buckets) cells.push_back(Cell::shown(row.bucket));
    for (const auto& value : row.values) cells.push_back(value ? Cell::shown(*value) : Cell::absent());
    cells.push_back(Cell::of(row.count));
    rows.row(std::move(cells));
  }
  rows.finish();
  if (passed == 0) note_similar_value(snapshot, filter);
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
      .add_option("--max-memory", arguments->max_memory,
                  "Bytes that the groups may take; a count that needs more is refused (default: 1GiB)")
      .bytes();
  command.footer(field_help() +
                 "\n\n"
                 "Examples:\n"
                 "  trailkeeper count --by name\n"
                 "  trailkeeper count --error any --by principal --top 10\n"
                 "  trailkeeper count --source activate.amazonaws.com --by name,user --per month --output csv");
  command.runs([&global, arguments] { return run_count(global, *arguments); });
}

}  // namespace trailkeeper::cli
