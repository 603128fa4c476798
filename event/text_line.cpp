#include "event/text_line.h"

#include <algorithm>
#include <array>

#include "event/wrapper.h"
#include "text/ascii.h"

namespace trailkeeper::event {
namespace {

constexpr std::size_t npos = std::string_view::npos;

// A header longer than this is none.
constexpr std::size_t kMaxHeader = 4096;

// The first `{` that may begin an object with members, also inside a JSON string or a cell of CSV.
std::size_t object_start(std::string_view line) {
  for (std::size_t at = line.find('{'); at != npos; at = line.find('{', at + 1)) {
    std::size_t next = at + 1;
    while (next < line.size() && (line[next] == ' ' || line[next] == '\\')) ++next;
    if (next < line.size() && line[next] == '"') return at;
  }
  return npos;
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
    const std::size_t end = line.find_first_of(",\t");
    std::string_view name = line.substr(0, end);
    line.remove_prefix(end == npos ? line.size() : end + 1);
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

// Behind the object that starts at line[at], by brackets and quotes; npos if it doesn't end.
std::size_t object_end(std::string_view line, std::size_t at) {
  std::size_t depth = 0;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '"') {
      for (++at; at < line.size() && line[at] != '"'; ++at) at += line[at] == '\\' ? 1 : 0;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return npos;
}

// The content of the cell whose opening quote is line[at], doubled quotes made single; false if it doesn't end.
bool take_cell(std::string_view line, std::size_t at, std::string& cell) {
  cell.clear();
  for (++at; at < line.size(); ++at) {
    if (line[at] == '"' && (at + 1 >= line.size() || line[at + 1] != '"')) return true;
    if (line[at] == '"') ++at;
    cell.push_back(line[at]);
  }
  return false;
}

// What stands before or behind a record in a line, and not the rest of a broken one.
bool is_label(std::string_view text) { return text.find_first_of("{}") == npos && text.find("\":") == npos; }

}  // namespace

LineKind line_kind(std::string_view line) {
  while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  if (is_page_line(line)) return LineKind::label;
  if (object_start(line) != npos) return LineKind::holds_json;
  return header_kind(line);
}

std::string_view json_in_line(std::string_view line, std::string& scratch) {
  const std::size_t begin = object_start(line);
  if (begin == npos || !is_label(line.substr(0, begin))) return {};
  const std::string_view object = line.substr(begin);
  if (begin > 0 && line[begin - 1] == '"' && (object.starts_with("{\"\"") || object.starts_with("{ \"\""))) {
    return take_cell(line, begin - 1, scratch) ? std::string_view{scratch} : std::string_view{};
  }
  const std::size_t end = object_end(line, begin);
  if (end == npos || !is_label(line.substr(end))) return {};
  return line.substr(begin, end - begin);
}

}  // namespace trailkeeper::event
