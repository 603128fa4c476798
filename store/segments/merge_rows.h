// Which rows of the inputs' tables stay in the segment that they become.
#pragma once

#include <cassert>
#include <cstdint>
#include <vector>

#include "store/segments/merge.h"

namespace trailkeeper::store {

/// The rows of events that stay, for each input and each of its tables.
class KeptRows {
 public:
  /// `inputs` must outlive it.
  explicit KeptRows(const std::vector<MergeInput>& inputs);

  /// How many of a table's rows stay.
  [[nodiscard]] std::uint32_t count(std::size_t input, std::uint32_t table) const { return counts_[input][table]; }
  /// The place of a row among those of its table. Precondition: it stays.
  [[nodiscard]] std::uint32_t place(std::size_t input, std::uint32_t table, std::uint32_t row) const {
    const std::vector<std::uint32_t>& places = places_[input][table];
    assert(places.empty() || places[row] != kGone);
    return places.empty() ? row : places[row];
  }
  /// Calls `visit(row)` for each of a table, ascending.
  template <typename Visit>
  void for_each(std::size_t input, std::uint32_t table, const Visit& visit) const {
    const std::vector<std::uint32_t>& places = places_[input][table];
    const std::uint32_t count = inputs_[input].segment->table(table).rows;
    for (std::uint32_t row = 0; row < count; ++row) {
      if (places.empty() || places[row] != kGone) visit(row);
    }
  }

 private:
  static constexpr std::uint32_t kGone = ~std::uint32_t{0};
  void number_kept(std::size_t input);

  const std::vector<MergeInput>& inputs_;
  std::vector<std::vector<std::uint32_t>> counts_;
  std::vector<std::vector<std::vector<std::uint32_t>>> places_;  // Empty where all rows of a table stay.
};

}  // namespace trailkeeper::store
