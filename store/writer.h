// The way into the store: batches are sealed in parallel and committed one after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/bills.h"
#include "store/deduplicator.h"
#include "store/merge.h"
#include "store/segment_builder.h"
#include "store/segment_verdicts.h"
#include "store/store.h"

namespace trailkeeper::store {

/// A deduplicated and encoded batch, ready to be committed.
struct SealedBatch {
  SegmentHeader header;  ///< events == 0: nothing of the batch was new.
  std::vector<std::string> parts;
  std::uint64_t events = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t rewritten = 0;  ///< Among `duplicates`: copies that a shipper rewrote.
  std::uint64_t variants = 0;
  std::uint64_t ticket = 0;
  std::vector<std::uint8_t> duplicate;  ///< For each event of the batch, as added: a Copy.
};

/// Everything that one transaction makes durable.
struct Commit {
  std::vector<SealedBatch> batches;
  std::vector<RejectedRecord> rejects;
  std::vector<SourcePosition> positions;
};

/// What merging has cost so far.
struct MergeCost {
  std::uint64_t merges = 0;
  std::uint64_t events = 0;  ///< Rewritten.
  std::uint64_t bytes = 0;   ///< Written.
  double seconds = 0;
};

class Writer {
 public:
  /// `store` must be open for writing and outlive the writer. Removes what an interrupted merge left behind.
  explicit Writer(Store& store, VariantRule rule = VariantRule::essence);

  [[nodiscard]] std::unique_ptr<SegmentBuilder> new_batch() const;

  /// Deduplicates and encodes. Thread-safe. The result must be committed or given up.
  [[nodiscard]] SealedBatch seal(const SegmentBuilder& batch);

  /// Makes all of it durable in one transaction (fdatasync) or throws StoreError, keeps nothing and gives the
  /// batches up. Thread-safe.
  void commit(Commit commit);

  /// As commit(), and returns the batches with their encoded parts, for those who follow what is stored.
  std::vector<SealedBatch> commit_and_keep(Commit commit);

  /// Makes lines of bills durable, with rejected records and how far their source was read, in one transaction. What is
  /// known already is left out. Throws StoreError and keeps nothing. Thread-safe.
  BillCommit commit_bills(std::vector<BillBatch>& bills, const std::vector<RejectedRecord>& rejects,
                          const std::vector<SourcePosition>& positions);

  /// Lets other batches go on that wait for this one; its events aren't stored.
  void give_up(const SealedBatch& batch) { deduplicator_.finished(batch.ticket); }

  /// Merges once if there are enough segments of one size; false if there was nothing to do. Other threads may commit
  /// meanwhile. `all`: merges whatever can be merged.
  bool merge_once(bool all = false);

  /// Removes the events of one segment for which keep[event] is 0, with all values that only they had, and adds an
  /// entry to the journal in the same transaction. `keep` must be of a snapshot taken while nothing else merges or
  /// removes.
  void remove_events(const Segment& segment, std::vector<std::uint8_t> keep, const JournalEntry& entry);

  /// Adds an entry to the journal.
  void record(const JournalEntry& entry);

  /// Sets a hold (name up to 200 bytes), and says so in the journal.
  void put_hold(const LegalHold& hold, const JournalEntry& entry);
  /// False if there is no hold of the name.
  bool erase_hold(const std::string& name, const JournalEntry& entry);

  /// Keeps a file of policies, and says so in the journal. False, and nothing changes, if it is there already.
  bool put_policy_file(const PolicyFile& file, const JournalEntry& entry);
  /// Removes a file of policies by its key. False if there is none.
  bool erase_policy_file(const std::string& key, const JournalEntry& entry);

  /// Codes of the events of a segment, by its number.
  struct VerdictsOfSegment {
    std::uint64_t segment = 0;
    SegmentVerdicts verdicts;
  };
  /// Keeps verdicts, in one transaction. Those of segments that are gone meanwhile are left out.
  void put_verdicts(const std::vector<VerdictsOfSegment>& verdicts);

  [[nodiscard]] MergeCost merge_cost() const;

 private:
  void write(Commit& commit, bool keep_parts);
  void write_transaction(Commit& commit, bool keep_parts);
  void remove_orphans();
  void merge(const std::vector<std::uint64_t>& numbers);
  SegmentHeader write_merged(const std::vector<MergeInput>& inputs);
  void remove_parts(std::uint64_t number) noexcept;
  static void require_parts(const Transaction& transaction, const SegmentHeader& header);
  void replace(const std::vector<std::uint64_t>& numbers, const SegmentHeader& header, const JournalEntry* entry);
  static void put_records(Transaction& transaction, const std::vector<RejectedRecord>& rejects,
                          const std::vector<SourcePosition>& positions);
  static void append_to_journal(Transaction& transaction, const JournalEntry& entry);

  Store& store_;
  Deduplicator deduplicator_;
  std::mutex commit_mutex_;
  std::mutex merge_mutex_;
  mutable std::mutex cost_mutex_;
  MergeCost cost_;
};

}  // namespace trailkeeper::store
