// The paths and dictionaries of several segments, as those of the segment that they become.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/segments/merge.h"
#include "store/segments/merge_rows.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {

/// The new segment's paths. Those of columns keep their numbers: they are the first of every input, in the same order.
struct MergedPaths {
  std::vector<std::string> names;
  std::vector<std::vector<std::uint32_t>> numbers;  ///< Input, its path to the new path, or kAbsent.

  static constexpr std::uint32_t kAbsent = ~std::uint32_t{0};
  /// Leaves out all paths but these.
  void keep(const std::vector<bool>& wanted);
};
MergedPaths unite_paths(const std::vector<MergeInput>& inputs);

/// Gives each event that is kept whole, in the order of its rows.
using EachWhole = std::function<void(const std::function<void(std::string_view)>& add)>;

/// The codes of the new segment's dictionaries.
class MergedCodes {
 public:
  /// What a code of an input became. Throws StoreError(corrupt) if there is no such code.
  [[nodiscard]] std::uint32_t of(std::size_t input, std::uint32_t path, std::uint64_t code) const;
  /// How many codes there are, by new path.
  [[nodiscard]] const std::vector<std::uint32_t>& counts() const { return counts_; }

 private:
  friend MergedCodes write_dictionaries(const std::vector<MergeInput>& inputs, const MergedPaths& paths,
                                        const KeptRows& rows, const EachWhole& whole, SegmentParts& parts);
  std::vector<std::vector<std::vector<std::uint32_t>>> codes_;  // Input, its path, its code to the new code.
  std::vector<std::uint32_t> counts_;
};

/// Writes the dictionaries, with the strings that the remaining events have, and the paths' names. One dictionary at a
/// time, so that only its strings are in memory. `whole`: null: there are no such events; theirs is the last one.
MergedCodes write_dictionaries(const std::vector<MergeInput>& inputs, const MergedPaths& paths, const KeptRows& rows,
                               const EachWhole& whole, SegmentParts& parts);

}  // namespace trailkeeper::store
