// The filter options that events, count and tail share.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "query/filter.h"

namespace trailkeeper::cli {

/// Adds --name, --not-name, --source, …, --since and --until to a subcommand and makes the filter they ask for. The
/// options are those of query::filter_words().
class FilterOptions {
 public:
  void add_to(const Command& command);

  /// Throws UsageError on what CLI11 can't check: times, and --read-only with --write-only.
  [[nodiscard]] query::Filter filter() const;

  /// The same for a server: parameters of a query string. Throws as filter() does.
  [[nodiscard]] std::string query_string() const;

 private:
  std::map<query::SignedFilter, std::vector<std::string>> values_;
  bool superseded_ = false;
  bool read_only_ = false;
  bool write_only_ = false;
  bool not_read_only_ = false;
  bool not_write_only_ = false;
  std::string since_;
  std::string until_;
};

}  // namespace trailkeeper::cli
