// A few hashes that stand for a set of many: enough to tell how much of one set is in another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "store/byte_codec.h"

namespace trailkeeper::store {

/// The smallest hashes of a set. Adding is the same in any order and any number of times.
class BillSketch {
 public:
  static constexpr std::size_t kMost = 512;

  void add(std::uint64_t hash);
  void add(const BillSketch& other);
  [[nodiscard]] std::size_t size() const { return hashes_.size(); }
  [[nodiscard]] const std::set<std::uint64_t>& hashes() const { return hashes_; }

  /// Of this set's members that the sketches can compare, how many there are, and how many are in `other`.
  struct Share {
    std::size_t all = 0;
    std::size_t common = 0;
    /// Whether at least `percent` of the members are in the other set; false for an empty set.
    [[nodiscard]] bool at_least(unsigned percent) const { return all > 0 && common * 100 >= all * percent; }
  };
  [[nodiscard]] Share share_in(const BillSketch& other) const;

  void encode(std::string& out) const;
  /// Throws StoreError(corrupt).
  static BillSketch decode(ByteReader& reader);

 private:
  std::set<std::uint64_t> hashes_;
};

}  // namespace trailkeeper::store
