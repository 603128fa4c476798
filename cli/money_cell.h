// Money in rows.
#pragma once

#include <optional>

#include "cli/row_writer.h"
#include "rules/credits/settings.h"
#include "text/calendar.h"
#include "text/money.h"

namespace trailkeeper::cli {

/// Money as cells: rounded in a table (by the setting displayDecimals), exact for programs.
class MoneyCells {
 public:
  MoneyCells(Format format, const rules::credits::Settings& settings)
      : table_(format == Format::table), decimals_(settings.display_decimals) {}

  [[nodiscard]] Cell of(text::Money money) const;
  [[nodiscard]] Cell of(const std::optional<text::Money>& money) const;

 private:
  bool table_;
  int decimals_;
};

/// `1234567.891` as `1,234,567.89`: rounded half to even.
std::string money_text(text::Money money, int decimals);

/// A date, as text.
Cell day_cell(text::Day day);
/// A time, as text.
Cell time_cell(text::Timestamp time);
/// A JSON array of texts; joined by a space in a table.
Cell list_cell(const std::vector<std::string>& texts);

}  // namespace trailkeeper::cli
