// Writer: what retention removes, and what legal holds keep.
#include <algorithm>
#include <stdexcept>

#include "store/writer.h"

namespace trailkeeper::store {

// What a change would take from holds must be seen before it is made: a snapshot of then, if any hold is concerned.
std::optional<Snapshot> Writer::before_change(const std::vector<SealedBatch>* batches) {
  if (store_.environment().read().count(TableId::holds) == 0) return std::nullopt;
  HoldKeeper* const keeper = store_.hold_keeper();
  if (keeper == nullptr) throw std::logic_error("a store with legal holds is changed, and nobody keeps them");
  std::optional<Snapshot> before{store_.snapshot()};
  if (batches != nullptr && !keeper->changes_matches(*before, *batches)) before.reset();
  return before;
}

void Writer::pin(Transaction& transaction, const std::optional<Snapshot>& before) {
  if (!before) return;
  store_.hold_keeper()->matches(*before, [&](const HoldPin& match) { put_pin(transaction, match); });
}

void Writer::pins_kept(const std::optional<Snapshot>& before) {
  if (before) store_.hold_keeper()->kept();
}

void Writer::pin_holds() {
  const text::Lock lock{commit_mutex_};
  const auto before = before_change(nullptr);
  if (!before) return;
  Transaction transaction = store_.environment().write();
  pin(transaction, before);
  transaction.commit();
  pins_kept(before);
}

RemovedRejects Writer::retain(const Retained& retained) {
  const text::Lock merging{merge_mutex_};
  std::vector<std::uint64_t> written;
  try {
    std::vector<MergedSegment> kept;
    for (const Removal& removal : retained.segments) kept.push_back(write_kept(removal, written));

    const text::Lock lock{commit_mutex_};
    // Events that go may be IAM's: what others are judged by.
    const auto before = before_change(nullptr);
    Transaction transaction = store_.environment().write();
    pin(transaction, before);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const Removal& removal = retained.segments[i];
      const SegmentHeader& header = kept[i].header;
      if (header.events > 0) {
        require_parts(transaction, header);
        transaction.insert(TableId::segments, segment_key(header.number), encode_header(header));
        if (kept[i].marks) put_marks(transaction, header.number, *kept[i].marks);
      }
      erase_segment(transaction, removal.segment->header().number);
      append_to_journal(transaction, removal.entry);
    }
    RemovedRejects rejects;
    if (retained.rejects) {
      rejects = store::remove_rejects(transaction, retained.rejects, false);
      if (rejects.records > 0) append_to_journal(transaction, retained.rejects_entry(rejects));
    }
    transaction.commit();
    pins_kept(before);
    return rejects;
  } catch (...) {
    for (const std::uint64_t number : written) remove_parts(number);
    throw;
  }
}

// What stays of a segment, as one that isn't visible yet; without events if nothing does.
MergedSegment Writer::write_kept(const Removal& removal, std::vector<std::uint64_t>& written) {
  if (std::find(removal.keep.begin(), removal.keep.end(), 1) == removal.keep.end()) return {};
  const Segment& segment = *removal.segment;
  std::uint64_t raw_bytes = 0;
  std::string json;
  for (std::uint32_t index = 0; index < segment.size(); ++index) {
    if (removal.keep[index] == 0) continue;
    json.clear();
    segment.append_event(index, store_.hash_seed(), json);
    raw_bytes += json.size();
  }
  MergedSegment kept = write_merged({{&segment, removal.keep}});
  written.push_back(kept.header.number);
  kept.header.raw_bytes = raw_bytes;
  kept.header.variants = std::min(segment.header().variants, kept.header.events);
  return kept;
}

}  // namespace trailkeeper::store
