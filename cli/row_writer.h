// Rows for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "text/timestamp.h"

namespace trailkeeper::cli {

/// A value of a row: how a table and CSV show it, and its JSON.
struct Cell {
  std::string text;
  std::string json;
  bool is_shown = false;  ///< May be shown as it is: the row doesn't mask it.
  bool is_whole = false;  ///< A part of it would be useless: a table doesn't cut it (Column::whole).

  /// Text that somebody stored, or that contains such text: what is confidential in it is masked.
  static Cell of(std::string_view text);
  static Cell of(std::uint64_t number);
  /// Text that has nothing confidential in it, or not any more: times, amounts, account numbers, eventIDs, words of
  /// AWS's and of this program's, and what query::ShownEvents returned. So an Org ID that is spelt like one of these
  /// doesn't hide it.
  static Cell shown(std::string_view text);
  static Cell time(text::Timestamp time);
  /// An ID that people copy, such as an eventID; empty: absent.
  static Cell id(std::string_view id);
  static Cell absent();
};

/// Cell::of and Cell::shown; absent if the text is empty.
Cell text_or_absent(std::string_view text);
Cell shown_or_absent(std::string_view text);

struct Column {
  std::string name;
  bool right = false;     ///< Numbers are aligned to the right; they are never cut.
  std::size_t width = 0;  ///< At least, in a table.
  bool whole = false;     ///< Not cut below 40 cells: a time or an ID, a part of which is worth nothing.
  bool detail = false;    ///< For programs, and in a table with --wide.
};

/// Prints rows in the output's format: a table (header in bold where colour is taken), a JSON array of objects, an
/// object a line, CSV (RFC 4180), or, for `raw`, values separated by tabs. Rows appear as they come; a table takes its
/// widths from the first thousand.
///
/// On a terminal a table is made to fit: its longest values are cut, with an ellipsis; if columns would get narrower
/// than ten cells, each row is printed as a record, one value below the other. Nothing of this happens with --wide, nor
/// in a pipe or file.
class RowWriter {
 public:
  /// `nothing`: what a table says where it has no row, instead of its header.
  RowWriter(Out& out, std::vector<Column> columns, std::string nothing = "nothing");
  void row(std::vector<Cell> cells);
  /// Prints the rows so far now; a table keeps the widths that it has by then.
  void show();
  /// Must be called at the end.
  void finish();
  [[nodiscard]] bool empty() const { return rows_ == 0; }

 private:
  enum class Layout { unsettled, table, records };

  void table_row(const std::vector<Cell>& cells);
  void settle();
  void fit_widths();
  void write_row(const std::vector<std::string>& texts);
  void write_table_row(const std::vector<std::string>& texts, bool header);
  void write_record(const std::vector<std::string>& texts);
  [[nodiscard]] bool never_cut(std::size_t column) const { return columns_[column].right || columns_[column].whole; }

  Out& out_;
  std::string nothing_;
  std::vector<bool> left_out_;  // Of a row's cells.
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> waiting_;
  std::vector<std::size_t> widths_;
  std::size_t limit_ = 0;  // Cells in a line; 0: any number.
  Layout layout_ = Layout::unsettled;
  std::uint64_t rows_ = 0;
  std::uint64_t records_ = 0;  // Printed as such.
};

}  // namespace trailkeeper::cli
