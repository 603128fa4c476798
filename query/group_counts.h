// The groups of a count while it is made: charged for before they exist.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "query/count.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// How many events each group has: a bucket's first moment and values. Not thread-safe.
class GroupCounts {
 public:
  using Values = std::vector<std::optional<std::string>>;

  explicit GroupCounts(const CountRequest& request) : request_(&request), charge_(request.memory) {}

  /// Throws OverBudget or TooManyRows, before the memory is taken.
  void add(text::Timestamp bucket, Values values, std::uint64_t count);
  /// Adds what the other one counted.
  void merge(GroupCounts&& other);

  [[nodiscard]] bool empty() const { return groups_.empty(); }

  /// Calls `visit(bucket, values, count)` for each group, in order; each group is gone after its visit.
  template <typename Visit>
  void drain(Visit&& visit) {
    while (!groups_.empty()) {
      auto group = groups_.extract(groups_.begin());
      visit(group.key().first, std::move(group.key().second), group.mapped());
    }
  }

  /// What the groups, or the rows made of them, hold.
  [[nodiscard]] MemoryBudget::Charge take_charge() { return std::move(charge_); }

  /// For what a count needs besides its groups: to be given back.
  [[nodiscard]] MemoryBudget::Charge charge_beside() const { return MemoryBudget::Charge{request_->memory}; }

 private:
  using Key = std::pair<text::Timestamp, Values>;
  static std::size_t memory_of(const Values& values);

  const CountRequest* request_;
  MemoryBudget::Charge charge_;
  std::map<Key, std::uint64_t> groups_;
};

}  // namespace trailkeeper::query
