#include "ingest/delivery_group.h"

#include <utility>

namespace trailkeeper::ingest {

DeliveryGroup::DeliveryGroup(std::vector<TakenDelivery> taken)
    : deliveries(std::move(taken)), receipts(deliveries.size()) {
  for (std::size_t i = 0; i < receipts.size(); ++i) receipts[i].items.resize(deliveries[i].delivery.items);
}

void DeliveryGroup::fail(Receipt::Status why, const std::string& text) {
  if (status != Receipt::Status::durable) return;
  status = why;
  problem = text;
}

void GroupPart::begin_item(std::size_t delivery, std::uint32_t item, std::size_t event, std::size_t reject) {
  const Stretch next{static_cast<std::uint32_t>(delivery), item, static_cast<std::uint32_t>(event),
                     static_cast<std::uint32_t>(reject)};
  if (!stretches_.empty()) {
    Stretch& open = stretches_.back();
    if (open.delivery == next.delivery && open.item == next.item) return;
    // Documents that hold nothing need no memory, however many they are.
    if (open.event == next.event && open.reject == next.reject) {
      open = next;
      return;
    }
  }
  stretches_.push_back(next);
}

void GroupPart::take(store::Commit sealed) {
  commit = std::move(sealed);
  reasons_.reserve(commit.rejects.size());
  for (const store::RejectedRecord& record : commit.rejects) {
    reasons_.push_back(record.reason);
    bytes += sizeof record + record.source.size() + record.bytes.capacity();
  }
  for (store::SealedBatch& batch : commit.batches) {
    for (const std::string& part : batch.parts) bytes += part.capacity();
    duplicate_ = std::move(batch.duplicate);  // There is one batch at most.
  }
}

void GroupPart::note_results() const {
  for (std::size_t i = 0; i < stretches_.size(); ++i) {
    const Stretch& stretch = stretches_[i];
    const bool at_end = i + 1 == stretches_.size();
    const std::size_t end_event = at_end ? duplicate_.size() : stretches_[i + 1].event;
    const std::size_t end_reject = at_end ? reasons_.size() : stretches_[i + 1].reject;
    if (stretch.event == end_event && stretch.reject == end_reject) continue;
    Receipt& receipt = group->receipts[stretch.delivery];
    ItemResult& item = receipt.items.at(stretch.item);
    for (std::size_t event = stretch.event; event < end_event; ++event) {
      const bool known = duplicate_[event] != 0;
      ++(known ? item.duplicates : item.events);
      ++(known ? receipt.duplicates : receipt.events);
      if (duplicate_[event] == static_cast<std::uint8_t>(store::Copy::rewritten)) ++receipt.rewritten;
    }
    for (std::size_t reject = stretch.reject; reject < end_reject; ++reject) {
      if (item.rejected++ == 0) item.reason = reasons_[reject];
      ++receipt.rejected;
      ++receipt.reasons[reasons_[reject]];
    }
  }
}

}  // namespace trailkeeper::ingest
