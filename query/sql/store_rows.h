// Tables whose rows are read whole when a query begins to ask them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/sql/table_call.h"
#include "store/read_limit.h"

namespace trailkeeper::query::sql {

/// Texts as events show them (give_shown()), one for each column.
using StoredRow = std::vector<std::optional<std::string>>;

/// Takes a table's rows; what they hold is charged (OverBudget).
class RowTaker {
 public:
  explicit RowTaker(MemoryBudget* memory) : charge_(memory) {}

  void take(StoredRow row) {
    constexpr std::size_t kRow = 64;
    std::size_t bytes = kRow;
    for (const auto& text : row) bytes += sizeof(text) + (text ? text->size() : 0);
    charge_.add(bytes);
    rows_.push_back(std::move(row));
    constexpr std::size_t kSome = 1024;
    if (rows_.size() % kSome == 0) store::check_read_limit();
  }
  [[nodiscard]] const std::vector<StoredRow>& rows() const { return rows_; }

 private:
  MemoryBudget::Charge charge_;
  std::vector<StoredRow> rows_;
};

/// A table and how it is read.
struct StoreTable {
  TableShape shape;
  void (*read)(const TableSource& source, RowTaker& into);
};

/// What the credit ledger says: credits, credit_postings, credit_charges, applications.
std::vector<StoreTable> ledger_tables();
/// What was granted to whom: principals, policies.
std::vector<StoreTable> grant_tables();

/// Nothing if the text is empty.
inline std::optional<std::string> text_or_null(std::string text) {
  return text.empty() ? std::nullopt : std::optional{std::move(text)};
}

}  // namespace trailkeeper::query::sql
