// The way into the store: batches are sealed in parallel and committed one after the other.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/bills/bill_loads.h"
#include "store/bills/bills.h"
#include "store/deduplicator.h"
#include "store/rejects.h"
#include "store/segments/merge.h"
#include "store/segments/segment_builder.h"
#include "store/segments/segment_verdicts.h"
#include "store/store.h"
#include "text/mutex.h"
#include "text/timestamp.h"

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
  std::uint64_t decoded = 0;            ///< How often an event was put together to compare it.
  std::vector<std::string> secrets;     ///< What is confidential in its events, if a SecretFinder is set.
  std::optional<SegmentMarks> marks;    ///< Its events that may name some, if a SecretFinder is set.
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
  std::uint64_t events = 0;   ///< Rewritten.
  std::uint64_t bytes = 0;    ///< Written.
  std::uint64_t decoded = 0;  ///< Events put together to compare them.
  double seconds = 0;
};

class Writer {
 public:
  /// `store` must be open for writing and outlive the writer. Removes what an interrupted merge left behind.
  explicit Writer(Store& store, VariantRule rule = VariantRule::essence);

  [[nodiscard]] std::unique_ptr<SegmentBuilder> new_batch() const;

  /// Deduplicates and encodes. Thread-safe. The result must be committed or given up.
  [[nodiscard]] SealedBatch seal(const SegmentBuilder& batch);

  /// Makes all of it durable in one transaction (fdatasync), or throws StoreError, keeps nothing and gives the batches
  /// up. Thread-safe.
  void commit(Commit commit);

  /// As commit(), and returns the batches with their encoded parts, for followers.
  std::vector<SealedBatch> commit_and_keep(Commit commit);

  /// A name for a load of bill lines, which lasts until it is settled or this writer ends.
  std::uint64_t new_bill_load();
  /// Makes lines of bills durable, with rejected records and how far their source was read, in one transaction. They
  /// count when their load is settled. Throws StoreError and keeps nothing. Thread-safe.
  BillCommit commit_bills(std::vector<BillBatch>& bills, const std::vector<RejectedRecord>& rejects,
                          const std::vector<SourcePosition>& positions, const BillOrigin& origin);
  /// Makes everything loaded of one version of a report count, in one transaction, in place of what it replaces, and
  /// records that in the journal. The tokens are those of its files. Thread-safe.
  BillCommit settle_bills(const std::set<BillName>& bills, const std::set<std::uint64_t>& tokens);

  /// Lets other batches that wait for this one go on; its events aren't stored.
  void give_up(const SealedBatch& batch) { deduplicator_.finished(batch.ticket); }

  /// Merges once if there are enough segments of one size; false if there was nothing to do. Other threads may commit
  /// meanwhile. `all`: merges whatever can be merged.
  bool merge_once(bool all = false);

  /// What retention decided.
  struct Removal {
    const Segment* segment;
    std::vector<std::uint8_t> keep;  ///< One byte for each of its events; 0: it goes, with all values that only it had.
    JournalEntry entry;
  };
  struct Retained {
    std::vector<Removal> segments;
    std::function<bool(const KeptReject&)> rejects;  ///< Which rejected records go; may be empty.
    std::function<JournalEntry(const RemovedRejects&)> rejects_entry;
  };
  /// Removes all of it, with entries in the journal, in one transaction. Before that, everything that stays is written
  /// aside. Throws StoreError; then nothing is removed, except what was written aside. The segments must be from a
  /// snapshot that was taken while nothing else merges or removes.
  RemovedRejects retain(const Retained& retained);

  /// Removes the rejected records for which `which` (which sees them without their bytes) returns true, with an entry
  /// in the journal.
  RemovedRejects remove_rejects(const std::function<bool(const KeptReject&)>& which,
                                const std::function<JournalEntry(const RemovedRejects&)>& entry);
  /// Sets what all rejected records may take; what is there stays.
  void set_reject_limit(std::uint64_t bytes, const JournalEntry& entry);
  /// Of this writer's commits.
  [[nodiscard]] RejectFigures reject_figures() const;

  /// Adds an entry to the journal.
  void record(const JournalEntry& entry);

  /// Keeps as pins what holds match now and might not match later (store/hold_pins.h). Whatever changes that does so
  /// first, in its own transaction; this is for other causes, such as another version of this program.
  void pin_holds();

  /// Sets a hold (name up to 200 bytes), and records that in the journal.
  void put_hold(const LegalHold& hold, const JournalEntry& entry);
  /// False if there is no hold of that name.
  bool erase_hold(const std::string& name, const JournalEntry& entry);

  /// Keeps a file of policies, and records that in the journal. False, and nothing changes, if it is there already.
  bool put_policy_file(const PolicyFile& file, const JournalEntry& entry);
  /// Removes a file of policies by its key. False if there is none.
  bool erase_policy_file(const std::string& key, const JournalEntry& entry);

  /// Codes of the events of a segment, by its number.
  struct VerdictsOfSegment {
    std::uint64_t segment = 0;
    SegmentVerdicts verdicts;
  };
  /// Keeps verdicts, in one transaction. Those of segments that have gone meanwhile are left out.
  void put_verdicts(const std::vector<VerdictsOfSegment>& verdicts);

  [[nodiscard]] MergeCost merge_cost() const;

  /// The clock that says when events came; the system's, unless a test has another.
  using Clock = std::function<text::Timestamp()>;
  void use_clock(Clock clock) { now_ = std::move(clock); }

 private:
  void write(Commit& commit, bool keep_parts);
  void write_transaction(Commit& commit, bool keep_parts);
  void remove_orphans();
  void merge(const std::vector<std::uint64_t>& numbers) TRAILKEEPER_REQUIRES(merge_mutex_);
  std::optional<Snapshot> before_change(const std::vector<SealedBatch>* batches) TRAILKEEPER_REQUIRES(commit_mutex_);
  void pin(Transaction& transaction, const std::optional<Snapshot>& before) TRAILKEEPER_REQUIRES(commit_mutex_);
  void pins_kept(const std::optional<Snapshot>& before) TRAILKEEPER_REQUIRES(commit_mutex_);
  MergedSegment write_kept(const Removal& removal, std::vector<std::uint64_t>& written)
      TRAILKEEPER_REQUIRES(merge_mutex_);
  /// Throws StoreError(replaced) if it is gone.
  static void erase_segment(Transaction& transaction, std::uint64_t number);
  MergedSegment write_merged(const std::vector<MergeInput>& inputs) TRAILKEEPER_REQUIRES(merge_mutex_);
  void remove_parts(std::uint64_t number) noexcept;
  static void require_parts(const Transaction& transaction, const SegmentHeader& header);
  void replace(const std::vector<std::uint64_t>& numbers, const MergedSegment& merged)
      TRAILKEEPER_REQUIRES(merge_mutex_);
  void put_records(Transaction& transaction, const std::vector<RejectedRecord>& rejects,
                   const std::vector<SourcePosition>& positions) TRAILKEEPER_REQUIRES(commit_mutex_);
  static void append_to_journal(Transaction& transaction, const JournalEntry& entry);

  Store& store_;
  Clock now_;
  Deduplicator deduplicator_;
  text::Mutex merge_mutex_;   // For all of a merge or removal; taken before the other.
  text::Mutex commit_mutex_;  // For one write transaction.
  std::set<std::uint64_t> bill_loads_ TRAILKEEPER_GUARDED_BY(commit_mutex_);  // That aren't settled.
  std::atomic<std::uint64_t> without_bytes_{0};
  std::atomic<std::uint64_t> only_counted_{0};
  mutable text::Mutex cost_mutex_;
  MergeCost cost_ TRAILKEEPER_GUARDED_BY(cost_mutex_);
};

}  // namespace trailkeeper::store
