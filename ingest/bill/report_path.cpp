#include "ingest/bill/report_path.h"

#include <algorithm>
#include <vector>

#include "text/ascii.h"

namespace trailkeeper::ingest {
namespace {

// `20240501-20240601`.
bool is_date_range(std::string_view folder) {
  return folder.size() == 17 && folder[8] == '-' && text::is_digits(folder.substr(0, 8)) &&
         text::is_digits(folder.substr(9));
}

// `BILLING_PERIOD=2024-05`.
bool is_partition(std::string_view folder) {
  constexpr std::string_view kName = "billing_period=";
  if (folder.size() <= kName.size()) return false;
  return text::same_ignoring_case(folder.substr(0, kName.size()), kName);
}

struct Piece {
  std::string_view text;
  std::size_t end;  // Where it ends in the path.
};

std::vector<Piece> pieces_of(std::string_view path) {
  std::vector<Piece> pieces;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find_first_of("/!", at), path.size());
    if (end > at) pieces.push_back({path.substr(at, end - at), end});
    at = end + 1;
  }
  return pieces;
}

// `name-00002.csv.gz` is the second.
std::string part_of(std::string_view file) {
  const std::string_view stem = file.substr(0, file.find('.'));
  const std::size_t dash = stem.rfind('-');
  if (dash == std::string_view::npos) return std::string{file};
  std::string_view number = stem.substr(dash + 1);
  if (!text::is_digits(number) || number.size() > 9) return std::string{file};
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size() - 1));
  return std::string{number};
}

}  // namespace

text::Timestamp delivery_time(std::string_view assembly) {
  const std::size_t end = assembly.find('Z');
  if (end == std::string_view::npos || !text::is_digit(assembly.front())) return 0;
  return text::parse_timestamp(assembly.substr(0, end + 1)).value_or(0);
}

ReportPath parse_report_path(std::string_view path) {
  const std::vector<Piece> pieces = pieces_of(path);
  ReportPath found;
  if (pieces.size() < 2) return found;
  for (std::size_t i = pieces.size() - 2; i > 0; --i) {
    if (!is_date_range(pieces[i].text) && !is_partition(pieces[i].text)) continue;
    std::size_t name = i - 1;
    const bool kind = pieces[name].text == "data" || pieces[name].text == "metadata";
    if (kind && name > 0) --name;
    found.report = pieces[name].text;
    found.period = path.substr(0, pieces[name].end);
    found.period.append("/").append(pieces[i].text);
    // A file in an archive that is the only one of its name is the archive's.
    std::size_t file = pieces.size() - 1;
    if (file > i + 1 && pieces[file - 1].text.starts_with(pieces[file].text)) --file;
    if (file > i + 1) found.assembly = pieces[i + 1].text;
    found.part = part_of(pieces[file].text);
    found.delivered = delivery_time(found.assembly);
    return found;
  }
  return found;
}

}  // namespace trailkeeper::ingest
