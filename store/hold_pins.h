// Events that a legal hold keeps because it once matched them, whatever its filter says now.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/environment.h"
#include "store/segments/bloom_filter.h"

namespace trailkeeper::store {

class Snapshot;
struct SealedBatch;

/// An event that a hold matches.
struct HoldPin {
  std::string hold;
  EventKey key{};
  std::uint64_t hash = 0;  ///< Of its bytes, as its segment has it.
};

/// Knows what holds match. A filter that depends on more than the event, as a verdict does on policies, may stop
/// matching it. So before anything changes that verdicts depend on, the writer keeps as pins what matches until then.
class HoldKeeper {
 public:
  HoldKeeper() = default;
  HoldKeeper(const HoldKeeper&) = delete;
  HoldKeeper& operator=(const HoldKeeper&) = delete;
  virtual ~HoldKeeper() = default;

  /// Whether committing these could change which of the events before them a hold of the snapshot matches.
  [[nodiscard]] virtual bool changes_matches(const Snapshot& snapshot, const std::vector<SealedBatch>& batches) = 0;

  /// Reports the events that match now and might not later, except those that were reported before and kept. Called by
  /// one thread at a time.
  virtual void matches(const Snapshot& snapshot, const std::function<void(const HoldPin&)>& keep) = 0;

  /// What matches() last reported is durable: it needn't be reported again.
  virtual void kept() = 0;
};

bool is_pinned(const Transaction& transaction, std::string_view hold, const EventKey& key, std::uint64_t hash);
/// How many events a hold keeps by pins.
std::uint64_t pin_count(const Transaction& transaction, std::string_view hold);
void put_pin(Transaction& transaction, const HoldPin& pin);
/// Removes all pins of a hold.
void erase_pins(Transaction& transaction, std::string_view hold);

}  // namespace trailkeeper::store
