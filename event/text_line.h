// Lines that aren't JSON but may hold some: exports of command-line tools, CSV, lines with a time in front.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::event {

/// What a line that begins with neither `{` nor `[` is.
enum class LineKind : std::uint8_t {
  text,        ///< Nothing that could be a record.
  holds_json,  ///< A JSON object may be in it: JsonInLine takes it out.
  label,       ///< A line of an export that accompanies those with records, such as a page's token.
  header,      ///< The header of a query's rows, one of whose columns is the record.
  flattened,   ///< The header of a query's rows that have the record's fields, but not the original record.
};

LineKind line_kind(std::string_view line);

/// The columns of rows in text that have what somebody sent, as their header says (event/sent_member.h).
struct SentCells {
  std::uint64_t columns = 0;  ///< A bit for each of the first 64.
  char separator = '\0';
};

/// What a header says; no columns, if the line is none.
SentCells sent_cells(std::string_view header);

/// Whether one of these cells of a row has a record in it.
bool sent_record(std::string_view row, const SentCells& cells);

/// The JSON objects inside a line: one after a time, a stream's name or other words (`aws logs tail`,
/// `create-export-task`, syslog); one in a cell of tab-separated values (`--output text`); those in the quoted cells of
/// a row of CSV, whose doubled quotes are taken off. After the object, or in a row after its cell and separators, no
/// words may follow: a line that goes on reports somebody's input.
class JsonInLine {
 public:
  /// `scratch` holds what next() gave.
  JsonInLine(std::string_view line, std::string& scratch);

  /// The next object, which is valid up to the next call. Empty: there is no more, or the text around it may be the
  /// rest of a broken record.
  std::string_view next();

 private:
  std::string_view first();

  std::string_view line_;
  std::string& scratch_;
  std::string_view cells_;  // Behind what next() gave, from a separator on.
  bool begun_ = false;
};

}  // namespace trailkeeper::event
