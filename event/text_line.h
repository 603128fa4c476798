// Lines that aren't JSON but may hold some: exports of command-line tools, CSV, lines with a time in front.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::event {

/// What a line that begins with neither `{` nor `[` is.
enum class LineKind : std::uint8_t {
  text,        ///< Nothing that could be a record.
  holds_json,  ///< A JSON object may be in it: json_in_line() takes it out.
  label,       ///< A line of an export that stands beside those with records, such as a page's token.
  header,      ///< The header of a query's rows, one of whose columns is the record.
  flattened,   ///< The header of a query's rows that have the record's fields, but not the record as it came.
};

LineKind line_kind(std::string_view line);

/// The JSON object or text inside a line: behind a time, a stream's name or other words (`aws logs tail`,
/// `create-export-task`, `--output text`, syslog), or in a cell of CSV, whose doubled quotes are then taken off into
/// `scratch`. Empty if there is none, or if what stands around it may be the rest of a broken record.
std::string_view json_in_line(std::string_view line, std::string& scratch);

}  // namespace trailkeeper::event
