// Rows of the ledger, which say the moment that they hold for.
#pragma once

#include <vector>

#include "cli/row_writer.h"
#include "text/timestamp.h"

namespace trailkeeper::cli {

/// A RowWriter whose answer carries its moment: below a table as a line of its own, also where there are no rows,
/// unless `nothing` is empty; for programs as `asOf` in each row.
class CreditRows {
 public:
  CreditRows(Out& out, std::vector<Column> columns, text::Timestamp as_of, std::string nothing = "nothing");
  void row(std::vector<Cell> cells);
  /// Must be called at the end.
  void finish();

 private:
  Out& out_;
  text::Timestamp as_of_;
  bool always_;  // Says its moment also where there is no row.
  RowWriter rows_;
};

}  // namespace trailkeeper::cli
