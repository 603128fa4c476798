#include "cli/credit_rows.h"

#include "cli/money_cell.h"

namespace trailkeeper::cli {
namespace {

std::vector<Column> with_moment(const Out& out, std::vector<Column> columns) {
  if (out.format() != Format::table) columns.push_back({"asOf"});
  return columns;
}

}  // namespace

CreditRows::CreditRows(Out& out, std::vector<Column> columns, text::Timestamp as_of, std::string nothing)
    : out_(out),
      as_of_(as_of),
      always_(!nothing.empty()),
      rows_(out, with_moment(out, std::move(columns)), std::move(nothing)) {}

void CreditRows::row(std::vector<Cell> cells) {
  if (out_.format() != Format::table) cells.push_back(time_cell(as_of_));
  rows_.row(std::move(cells));
}

void CreditRows::finish() {
  rows_.finish();
  if (out_.format() != Format::table || (rows_.empty() && !always_)) return;
  out_.write("as of " + text::format_timestamp(as_of_) + "\n");
  out_.flush();
}

}  // namespace trailkeeper::cli
