#include "store/segments/merge_rows.h"

namespace trailkeeper::store {

KeptRows::KeptRows(const std::vector<MergeInput>& inputs)
    : inputs_(inputs), counts_(inputs.size()), places_(inputs.size()) {
  for (std::size_t input = 0; input < inputs.size(); ++input) {
    const Segment& segment = *inputs[input].segment;
    places_[input].resize(segment.table_count());
    for (std::uint32_t table = 0; table < segment.table_count(); ++table) {
      counts_[input].push_back(segment.table(table).rows);
    }
    if (!inputs[input].keep.empty()) number_kept(input);
    segment.close();
  }
}

void KeptRows::number_kept(std::size_t input) {
  const Segment& segment = *inputs_[input].segment;
  std::vector<std::vector<std::uint32_t>>& places = places_[input];
  for (std::uint32_t table = 0; table < segment.table_count(); ++table) {
    places[table].assign(counts_[input][table], kGone);
  }
  for (std::uint32_t index = 0; index < segment.size(); ++index) {
    if (inputs_[input].keep[index] != 0) places.at(segment.table_of(index)).at(segment.row_of(index)) = 0;
  }
  for (std::uint32_t table = 0; table < segment.table_count(); ++table) {
    std::uint32_t next = 0;
    for (std::uint32_t& place : places[table]) {
      if (place != kGone) place = next++;
    }
    counts_[input][table] = next;
  }
}

}  // namespace trailkeeper::store
