// Lines of a cost report on their way into the store.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace trailkeeper::store {

/// What lines of one usage account have in common, and their sum. Texts as the report has them.
struct BillCell {
  std::string usage_account;
  std::string service;
  std::string usage_type;
  std::string line_type;
  std::string entity;
  bool reservation = false;
  std::int32_t day = 0;     ///< Of the usage's start, days since 1970-01-01 UTC.
  std::int64_t amount = 0;  ///< Units of 10^-10 USD.
  std::int64_t lines = 0;   ///< Negative in corrections.

  /// By everything but the sums: the order in which lines lie.
  [[nodiscard]] bool before(const BillCell& other) const;
  [[nodiscard]] bool same_place(const BillCell& other) const;
};

/// Whether an amount is the largest or smallest that 64 bits hold: it stands for a sum beyond them.
[[nodiscard]] constexpr bool is_beyond(std::int64_t amount) {
  using Limits = std::numeric_limits<std::int64_t>;
  return amount == Limits::max() || amount == Limits::min();
}

/// Identity of a line: what names it in its report, hashed.
using BillKey = std::array<std::uint8_t, 16>;

/// A line as it is added; views are copied.
struct BillLine {
  BillKey key{};
  std::uint64_t content = 0;  ///< Hash of all that the line says.
  std::uint64_t place = 0;    ///< Hash of what is charged: everything that says so, except identities and figures.
  std::string_view usage_account;
  std::string_view service;
  std::string_view usage_type;
  std::string_view line_type;
  std::string_view entity;
  bool reservation = false;
  std::int64_t amount = 0;  ///< Units of 10^-10 USD.
  std::int64_t start = 0;   ///< Of the usage, milliseconds since the epoch.
  std::string_view id;      ///< Line item ID.
  std::string_view raw;     ///< The line's bytes.
};

/// Lines of one payer and month, collected. Not thread-safe.
class BillBatch {
 public:
  /// `header`: the report's first line. `month` as 202405.
  BillBatch(std::string payer, std::uint32_t month, std::string header);

  void add(const BillLine& line);

  /// A line as it is kept here.
  struct Line {
    BillKey key;
    std::uint64_t content;
    std::uint64_t place;
    std::uint32_t cell;
    std::uint32_t id_size;
    std::int64_t amount;
    std::int64_t start;
    std::uint64_t text;  ///< Where its ID begins in texts(); its bytes follow.
    std::uint32_t raw_size;
    bool counts;  ///< False: another line with its key stands for it.
  };

  [[nodiscard]] const std::string& payer() const { return payer_; }
  [[nodiscard]] std::uint32_t month() const { return month_; }
  [[nodiscard]] const std::string& header() const { return header_; }
  [[nodiscard]] std::vector<Line>& lines() { return lines_; }
  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
  [[nodiscard]] const std::vector<BillCell>& cells() const { return cells_; }
  [[nodiscard]] std::string_view id(const Line& line) const {
    return std::string_view{texts_}.substr(line.text, line.id_size);
  }
  [[nodiscard]] std::string_view raw(const Line& line) const {
    return std::string_view{texts_}.substr(line.text + line.id_size, line.raw_size);
  }
  /// Heap bytes, about.
  [[nodiscard]] std::size_t memory() const { return texts_.size() + lines_.size() * sizeof(Line); }

 private:
  std::uint32_t cell_of(const BillLine& line);

  std::string payer_;
  std::uint32_t month_;
  std::string header_;
  std::string texts_;
  std::vector<Line> lines_;
  std::vector<BillCell> cells_;
  std::unordered_map<std::string, std::uint32_t> cell_by_place_;
  std::string place_;       // Of the line before.
  std::uint32_t last_ = 0;  // Its cell.
};

}  // namespace trailkeeper::store
