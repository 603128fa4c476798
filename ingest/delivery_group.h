// The deliveries that one worker of the intake takes at once, on their way to their receipts.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ingest/delivery.h"
#include "store/writer.h"

namespace trailkeeper::ingest {

/// A delivery that was taken, and whom to tell about it.
struct TakenDelivery {
  Delivery delivery;
  std::function<void(Receipt)> done;
  std::size_t bytes;  ///< What it is counted as.
  std::chrono::steady_clock::time_point since;
};

/// Deliveries that are answered together. However much they hold, they are committed in parts of bounded size, and are
/// durable when all of their parts are. Meanwhile the worker reads the deliveries; everything else belongs to the
/// committer.
struct DeliveryGroup {
  std::vector<TakenDelivery> deliveries;
  std::vector<Receipt> receipts;  ///< One a delivery: what is known so far.
  Receipt::Status status = Receipt::Status::durable;
  std::string problem;

  explicit DeliveryGroup(std::vector<TakenDelivery> taken);

  /// From now on the group isn't durable, whatever follows: the first reason counts.
  void fail(Receipt::Status why, const std::string& text);
};

/// A part that is ready for a commit.
class GroupPart {
 public:
  std::shared_ptr<DeliveryGroup> group;
  store::Commit commit;
  bool last = false;                                  ///< The group's deliveries are answered with this part.
  std::size_t bytes = 0;                              ///< Heap bytes of the commit.
  Receipt::Status status = Receipt::Status::durable;  ///< Otherwise why it couldn't be made.
  std::string problem;

  /// The events and rejected records from these numbers on belong to that item of the delivery.
  void begin_item(std::size_t delivery, std::uint32_t item, std::size_t event, std::size_t reject);
  /// Takes what a batch sealed.
  void take(store::Commit sealed);
  /// Adds the outcome of the part, which is durable, to the group's receipts.
  void note_results() const;

 private:
  struct Stretch {
    std::uint32_t delivery;
    std::uint32_t item;
    std::uint32_t event;
    std::uint32_t reject;
  };
  std::vector<Stretch> stretches_;
  std::vector<std::uint8_t> duplicate_;  // Of each event.
  std::vector<event::Reason> reasons_;   // Of each rejected record.
};

}  // namespace trailkeeper::ingest
