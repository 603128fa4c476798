#include "cli/money_cell.h"

#include <algorithm>

#include "text/json_text.h"

namespace trailkeeper::cli {
namespace {

constexpr int kAllDecimals = 10;

std::uint64_t power_of_ten(int exponent) {
  std::uint64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

std::string money_text(text::Money money, int decimals) {
  decimals = std::clamp(decimals, 0, kAllDecimals);
  const std::int64_t units = money.units();
  const auto magnitude =
      units < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units);
  const std::uint64_t step = power_of_ten(kAllDecimals - decimals);
  std::uint64_t rounded = magnitude / step;
  const std::uint64_t rest = magnitude % step;
  if (rest * 2 > step || (rest * 2 == step && rounded % 2 == 1)) ++rounded;
  const std::uint64_t whole = power_of_ten(decimals);
  std::string fraction = std::to_string(rounded % whole);
  fraction.insert(0, static_cast<std::size_t>(decimals) - std::min(fraction.size(), static_cast<std::size_t>(decimals)),
                  '0');
  const std::string sign = units < 0 && rounded != 0 ? "-" : "";
  return sign + grouped(rounded / whole) + (decimals == 0 ? "" : "." + fraction);
}

Cell MoneyCells::of(text::Money money) const {
  Cell cell = Cell::shown(money.text());
  if (table_) cell.text = money_text(money, decimals_);
  return cell;
}

Cell MoneyCells::of(const std::optional<text::Money>& money) const { return money ? of(*money) : Cell::absent(); }

Cell day_cell(text::Day day) { return Cell::shown(text::day_text(day)); }
Cell time_cell(text::Timestamp time) { return Cell::time(time); }

Cell list_cell(const std::vector<std::string>& texts) {
  Cell cell{"", "["};
  for (const std::string& text : texts) {
    cell.text += (cell.text.empty() ? "" : " ") + text;
    if (cell.json.size() > 1) cell.json += ',';
    text::append_quoted(text, cell.json);
  }
  cell.json += ']';
  return cell;
}

}  // namespace trailkeeper::cli
