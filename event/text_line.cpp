#include "event/text_line.h"

#include <algorithm>
#include <array>

#include "event/sent_member.h"
#include "event/wrapped_text.h"
#include "event/wrapper.h"
#include "text/ascii.h"
#include "text/json_brackets.h"
#include "text/timestamp.h"

namespace trailkeeper::event {
namespace {

// A header longer than this is none.
constexpr std::size_t kMaxHeader = 4096;

// The first `{` that may begin an object with members, also inside a JSON string or a cell of CSV.
std::size_t object_start(std::string_view line) {
  for (std::size_t at = line.find('{'); at != text::npos; at = line.find('{', at + 1)) {
    std::size_t next = at + 1;
    while (next < line.size() && (line[next] == ' ' || line[next] == '\\')) ++next;
    if (next < line.size() && line[next] == '"') return at;
  }
  return text::npos;
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '@' || c == '-' || c == ' ';
}

// Calls each(name) for the names of a header of CSV or of tab-separated values; false if the line is none.
template <typename Each>
bool for_each_column(std::string_view line, Each&& each) {
  if (line.size() > kMaxHeader) return false;
  while (!line.empty()) {
    const std::size_t end = line.find_first_of(",;\t");
    std::string_view name = line.substr(0, end);
    line.remove_prefix(end == text::npos ? line.size() : end + 1);
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_byte)) return false;
    each(name);
  }
  return true;
}

LineKind header_kind(std::string_view line) {
  bool holds_records = false;
  bool name = false;
  bool time = false;
  const bool header = for_each_column(line, [&](std::string_view column) {
    holds_records = holds_records || names_wrapped_text(column) || text::same_ignoring_case(column, "eventJson");
    name = name || text::same_ignoring_case(column, "eventName");
    time = time || text::same_ignoring_case(column, "eventTime");
  });
  if (!header) return LineKind::text;
  if (holds_records) return LineKind::header;
  return name && time ? LineKind::flattened : LineKind::text;
}

// Lines of `--output text` that stand beside those with records.
bool is_page_line(std::string_view line) {
  constexpr std::array<std::string_view, 4> kWords{"RESOURCES\t", "NEXTTOKEN\t", "SEARCHEDLOGSTREAMS\t",
                                                   "STATISTICS\t"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return line.starts_with(word); });
}

// The content of the cell whose opening quote is line[at], doubled quotes made single, and `at` moved behind its
// closing quote; false if it doesn't end.
bool take_cell(std::string_view line, std::size_t& at, std::string& cell) {
  cell.clear();
  for (++at; at < line.size(); ++at) {
    if (line[at] == '"' && (at + 1 >= line.size() || line[at + 1] != '"')) {
      ++at;
      return true;
    }
    if (line[at] == '"') ++at;
    cell.push_back(line[at]);
  }
  return false;
}

bool is_separator(char c) { return c == ',' || c == ';' || c == '\t'; }

// Lines of `--output text`, whose cells may be of several words.
bool is_page_row(std::string_view line) {
  constexpr std::array<std::string_view, 3> kWords{"EVENTS\t", "MESSAGES\t", "QUERYRESULTROWS\t"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return line.starts_with(word); });
}

// Whether a cell without quotes is one value: words are a sentence, of a log that names somebody's input.
bool is_value(std::string_view cell) {
  if (cell.find_first_of("{}\"") != text::npos) return false;
  return cell.find(' ') == text::npos || text::parse_timestamp(cell).has_value();
}

// Whether what stands behind a cell is more cells, up to the line's end.
bool is_rest_of_row(std::string_view rest, bool words) {
  std::string cell;
  while (!rest.empty()) {
    if (!is_separator(rest.front())) return false;
    rest.remove_prefix(1);
    std::size_t end = 0;
    if (rest.starts_with('"')) {
      if (!take_cell(rest, end, cell)) return false;
    } else {
      end = std::min(rest.find_first_of(",;\t"), rest.size());
      const std::string_view value = rest.substr(0, end);
      if (words ? value.find_first_of("{}") != text::npos : !is_value(value)) return false;
    }
    rest.remove_prefix(end);
  }
  return true;
}

// What stands before a record in a line, and isn't the beginning of a broken one.
bool is_label(std::string_view text) {
  return text.find_first_of("{}") == text::npos && text.find("\":") == text::npos;
}

}  // namespace

LineKind line_kind(std::string_view line) {
  while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  if (is_page_line(line)) return LineKind::label;
  if (object_start(line) != text::npos) return LineKind::holds_json;
  return header_kind(line);
}

SentCells sent_cells(std::string_view header) {
  constexpr std::size_t kMost = 64;
  while (header.ends_with('\r') || header.ends_with(' ')) header.remove_suffix(1);
  SentCells cells;
  std::size_t column = 0;
  const bool sound = for_each_column(header, [&](std::string_view name) {
    if (column < kMost && path_names_what_was_sent(name)) cells.columns |= std::uint64_t{1} << column;
    ++column;
  });
  if (!sound || column < 2) return {};
  cells.separator = header[header.find_first_of(",;\t")];
  return cells;
}

bool sent_record(std::string_view row, const SentCells& cells) {
  std::string cell;
  for (std::uint64_t columns = cells.columns; columns != 0 && !row.empty(); columns >>= 1U) {
    std::size_t end = 0;
    if (!row.starts_with('"') || !take_cell(row, end, cell)) {
      end = std::min(row.find(cells.separator), row.size());
      cell = row.substr(0, end);
    }
    if ((columns & 1U) != 0 && record_mentions(cell) > 0) return true;
    row.remove_prefix(std::min(row.find(cells.separator, end), row.size()));
    row.remove_prefix(std::min<std::size_t>(1, row.size()));
  }
  return false;
}

JsonInLine::JsonInLine(std::string_view line, std::string& scratch) : line_(text::trimmed(line)), scratch_(scratch) {}

std::string_view JsonInLine::next() {
  if (!begun_) {
    begun_ = true;
    return first();
  }
  while (!cells_.empty()) {
    cells_.remove_prefix(1);  // The separator.
    std::size_t end = 0;
    const bool quoted = cells_.starts_with('"');
    if (!quoted) {
      end = std::min(cells_.find_first_of(",;\t"), cells_.size());
    } else if (!take_cell(cells_, end, scratch_)) {
      break;
    }
    cells_.remove_prefix(end);
    if (quoted && scratch_.starts_with('{')) return scratch_;
  }
  return {};
}

std::string_view JsonInLine::first() {
  const std::size_t begin = object_start(line_);
  if (begin == text::npos || !is_label(line_.substr(0, begin))) return {};
  const std::string_view object = line_.substr(begin);
  if (begin > 0 && line_[begin - 1] == '"' && (object.starts_with("{\"\"") || object.starts_with("{ \"\""))) {
    std::size_t end = begin - 1;
    if (!take_cell(line_, end, scratch_) || !is_rest_of_row(line_.substr(end), false)) return {};
    cells_ = line_.substr(end);
    return scratch_;
  }
  const std::size_t end = text::json_brackets_end(line_, begin);
  if (end == text::npos) return {};
  const std::string_view behind = line_.substr(end);
  if (!behind.empty() && (behind.front() != '\t' || !is_rest_of_row(behind, is_page_row(line_)))) return {};
  return line_.substr(begin, end - begin);
}

}  // namespace trailkeeper::event
