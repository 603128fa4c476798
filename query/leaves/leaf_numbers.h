// What distinguishes events by the value at a path: a number.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "query/event_numbers.h"
#include "query/leaves/leaf_path.h"
#include "query/memory_budget.h"

namespace trailkeeper::query {

/// Numbers the values at a path in one segment: a code of a dictionary is a number at once, other values get theirs
/// when they are met. Two numbers may have one text. Not thread-safe.
class LeafNumbers final : public EventNumbers {
 public:
  /// `shown`: null: as stored. `memory`: where values without a code are charged.
  LeafNumbers(const store::Segment& segment, std::string path, std::shared_ptr<const ShownEvents> shown,
              MemoryBudget::Charge memory);

  [[nodiscard]] unsigned bits() const override { return bits_; }

  /// Throws OverBudget.
  void add_numbers(std::span<const std::uint32_t> events, unsigned shift, std::span<std::uint64_t> numbers) override;

  [[nodiscard]] std::optional<std::string_view> text(std::uint64_t number, std::string& scratch) override;

 private:
  /// A dictionary's numbers: from `first` on, by code.
  struct Dictionary {
    LeafValue value;
    std::uint64_t first = 0;
    std::uint32_t size = 0;
    std::vector<std::uint8_t> hidden;  // By code; empty: none is.
  };
  struct NumberedTable {
    bool list = false;
    const LeafTable* table = nullptr;
    const Dictionary* dictionary = nullptr;
    std::uint64_t literal = 0;  // Its place among the texts that were met, plus one.
  };

  void open_table(std::uint32_t number, std::uint64_t& met_later);
  const Dictionary& dictionary_of(const LeafValue& value);
  std::uint64_t number_of(std::uint32_t index, std::uint64_t table, std::uint64_t row);
  std::uint64_t place_of_text(std::string_view text);
  std::uint64_t shown_number(std::uint32_t index);

  LeafPath path_;
  MemoryBudget::Charge memory_;
  std::vector<NumberedTable> tables_;
  std::map<std::pair<std::uint32_t, bool>, Dictionary> dictionaries_;
  std::vector<const Dictionary*> by_first_;
  std::uint64_t next_ = 1;       // Of the values that have codes.
  std::uint64_t first_met_ = 1;  // Of the others.
  std::unordered_map<std::string, std::uint64_t> met_;
  std::vector<const std::string*> met_texts_;
  std::string last_text_;
  std::optional<std::uint64_t> last_place_;
  unsigned bits_ = 0;
  std::string text_;
};

}  // namespace trailkeeper::query
