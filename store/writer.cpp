#include "store/writer.h"

#include <chrono>
#include <set>

#include "store/byte_codec.h"
#include "store/merge.h"

namespace trailkeeper::store {
namespace {

std::uint64_t number_of_key(std::string_view key) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number && i < key.size(); ++i) number = number << 8 | static_cast<unsigned char>(key[i]);
  return number;
}

}  // namespace

Writer::Writer(Store& store) : store_(store), deduplicator_(store) {
  remove_orphans();
  store_.environment().read().scan(TableId::segments, {}, [&](std::string_view key, std::string_view) {
    next_number_ = number_of_key(key) + 1;
    return true;
  });
}

// Parts of a segment that has no header: the process ended while it was merging.
void Writer::remove_orphans() {
  std::set<std::uint64_t> known;
  std::vector<std::string> orphans;
  {
    const Transaction transaction = store_.environment().read();
    transaction.scan(TableId::segments, {}, [&](std::string_view key, std::string_view) {
      known.insert(number_of_key(key));
      return true;
    });
    transaction.scan(TableId::parts, {}, [&](std::string_view key, std::string_view) {
      if (!known.contains(number_of_key(key))) orphans.emplace_back(key);
      return true;
    });
  }
  if (orphans.empty()) return;
  Transaction transaction = store_.environment().write();
  for (const std::string& key : orphans) transaction.erase(TableId::parts, key);
  transaction.commit();
}

std::unique_ptr<SegmentBuilder> Writer::new_batch() const { return std::make_unique<SegmentBuilder>(store_.hash_seed()); }

SealedBatch Writer::seal(const SegmentBuilder& batch) {
  Deduplicated fresh = deduplicator_.run(batch);
  SealedBatch sealed;
  sealed.events = fresh.order.size();
  sealed.duplicates = fresh.duplicates;
  sealed.variants = fresh.variants;
  sealed.ticket = fresh.ticket;
  if (fresh.order.empty()) return sealed;
  try {
    SegmentParts parts{[&](std::uint32_t, std::string bytes) { sealed.parts.push_back(std::move(bytes)); }};
    sealed.header = batch.encode(fresh.order, parts);
  } catch (...) {
    deduplicator_.finished(sealed.ticket);
    throw;
  }
  sealed.header.variants = sealed.variants;
  return sealed;
}

void Writer::commit(Commit commit) {
  {
    const std::lock_guard lock{commit_mutex_};
    Transaction transaction = store_.environment().write();
    for (SealedBatch& batch : commit.batches) {
      if (batch.events == 0) continue;
      batch.header.number = next_number_++;
      for (std::uint32_t part = 0; part < batch.parts.size(); ++part) {
        transaction.put(TableId::parts, part_key(batch.header.number, part), batch.parts[part]);
        std::string{}.swap(batch.parts[part]);
      }
      transaction.put(TableId::segments, segment_key(batch.header.number), encode_header(batch.header));
    }
    for (const RejectedRecord& record : commit.rejects) {
      transaction.put(TableId::rejects, reject_key(record), encode_reject(record));
    }
    for (const SourcePosition& position : commit.positions) {
      transaction.put(TableId::sources, source_key(position.source), encode_source(position));
    }
    transaction.commit();
  }
  for (const SealedBatch& batch : commit.batches) deduplicator_.finished(batch.ticket);
}

bool Writer::merge_once(bool all) {
  const std::lock_guard merging{merge_mutex_};
  std::vector<std::uint64_t> numbers;
  {
    const Snapshot snapshot = store_.snapshot();
    numbers = choose_merge(snapshot.segments(), all);
  }
  if (numbers.size() < 2) return false;
  merge(numbers);
  return true;
}

// The merged segment is written part by part, each in a transaction of its own, so that commits get their turn between
// them. It becomes visible, and its inputs go, in one last transaction. A crash before that leaves orphans.
void Writer::merge(const std::vector<std::uint64_t>& numbers) {
  const auto begin = std::chrono::steady_clock::now();
  const std::uint64_t number = next_number_++;
  SegmentHeader header;
  {
    const Snapshot snapshot = store_.snapshot();
    std::vector<const Segment*> inputs;
    for (const Segment& segment : snapshot.segments()) {
      if (std::find(numbers.begin(), numbers.end(), segment.header().number) != numbers.end()) inputs.push_back(&segment);
    }
    for (const Segment* input : inputs) input->verify();
    SegmentParts parts{[&](std::uint32_t part, std::string bytes) {
      const std::lock_guard lock{commit_mutex_};
      Transaction transaction = store_.environment().write();
      transaction.put(TableId::parts, part_key(number, part), bytes);
      transaction.commit();
    }};
    header = merge_segments(inputs, parts);
    header.number = number;
    for (const Segment* input : inputs) {
      header.variants += input->header().variants;
      for (std::uint32_t part = 0; part < input->header().parts; ++part) {
        if (const auto bytes = snapshot.transaction().get(TableId::parts, part_key(input->header().number, part))) {
          Environment::forget(*bytes);
        }
      }
    }
  }
  {
    const std::lock_guard lock{commit_mutex_};
    Transaction transaction = store_.environment().write();
    transaction.put(TableId::segments, segment_key(number), encode_header(header));
    for (const std::uint64_t input : numbers) {
      transaction.erase(TableId::segments, segment_key(input));
      for (std::uint32_t part = 0; transaction.erase(TableId::parts, part_key(input, part)); ++part) {
      }
    }
    transaction.commit();
  }
  const std::lock_guard lock{cost_mutex_};
  ++cost_.merges;
  cost_.events += header.events;
  cost_.bytes += header.stored_bytes;
  cost_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

MergeCost Writer::merge_cost() const {
  const std::lock_guard lock{cost_mutex_};
  return cost_;
}

}  // namespace trailkeeper::store
