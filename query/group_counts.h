// The groups of a count while it is made: charged for before they exist.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/count.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// Different texts, as 128 bits of a hash whose seed nobody knows: two different ones never have the same.
struct DistinctTexts {
  using Hash = std::array<std::uint64_t, 2>;
  struct Place {
    using is_avalanching = void;
    std::size_t operator()(const Hash& hash) const { return static_cast<std::size_t>(hash[0]); }
  };
  boost::unordered_flat_set<Hash, Place> hashes;
};

/// The figures of each group: a bucket's first moment and values. Not thread-safe.
class GroupCounts {
 public:
  using Values = std::vector<std::optional<std::string>>;

  explicit GroupCounts(const CountRequest& request) : request_(&request), charge_(request.memory) {}

  /// One group: what is known of its events.
  struct Group {
    GroupFigures figures;
    std::unique_ptr<DistinctTexts> distinct;
  };

  /// The group of a bucket and values, which may be new. Valid until groups are merged or drained. Throws OverBudget or
  /// TooManyRows, before the memory is taken.
  Group& group(text::Timestamp bucket, Values values);
  /// Adds events to a group, all of which have this text of CountRequest::distinct. Throws OverBudget, too.
  void add(Group& group, const GroupFigures& figures, const std::optional<std::string>& distinct);
  /// Adds events of which nothing more is counted. Throws as group() does.
  void add(text::Timestamp bucket, Values values, const GroupFigures& figures);
  /// Adds what the other one counted.
  void merge(GroupCounts&& other);
  /// Turns distinct texts into their number: nothing is added afterwards.
  void settle();

  /// Counts the different values at a place of these groups' values, for each group of a count without that place, or,
  /// if the count has it, of that count. These are gone.
  [[nodiscard]] GroupCounts count_distinct(const CountRequest& request, std::size_t place);

  [[nodiscard]] bool counts_distinct() const { return !request_->distinct.empty(); }
  [[nodiscard]] bool wants_times() const { return request_->wants_times(); }
  [[nodiscard]] bool empty() const { return groups_.empty(); }

  /// Calls `visit(bucket, values, figures)` for each group, in order; each group is gone after its visit.
  template <typename Visit>
  void drain(Visit&& visit) {
    while (!groups_.empty()) {
      auto group = groups_.extract(groups_.begin());
      visit(group.key().first, std::move(group.key().second), group.mapped().figures);
    }
  }

  /// What the groups, or the rows made of them, hold.
  [[nodiscard]] MemoryBudget::Charge take_charge() { return std::move(charge_); }

  /// For what a count needs besides its groups: to be given back.
  [[nodiscard]] MemoryBudget::Charge charge_beside() const { return MemoryBudget::Charge{request_->memory}; }

 private:
  using Key = std::pair<text::Timestamp, Values>;
  static std::size_t memory_of(const Values& values);
  void merge_distinct(Group& group, Group& other);

  const CountRequest* request_;
  MemoryBudget::Charge charge_;
  std::map<Key, Group> groups_;
};

}  // namespace trailkeeper::query
