#include "store/writer.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <set>

#include "store/bills/bill_settle.h"
#include "store/byte_codec.h"
#include "store/segments/merge.h"
#include "store/segments/merge_choice.h"
#include "text/clock.h"

namespace trailkeeper::store {
namespace {

[[noreturn]] void throw_gone(std::uint64_t segment) {
  throw StoreError(StoreErrorKind::replaced, "segment " + std::to_string(segment) +
                                                 " was removed while it was being merged: does another process write "
                                                 "to the store? Nothing was changed");
}

}  // namespace

Writer::Writer(Store& store, VariantRule rule) : store_(store), now_(text::now), deduplicator_(store, rule) {
  remove_orphans();
}

// Parts of a segment that has no header: the process ended while it was merging.
void Writer::remove_orphans() {
  std::set<std::uint64_t> known;
  std::vector<std::string> orphans;
  Transaction transaction = store_.environment().write();
  transaction.scan(TableId::segments, {}, [&](std::string_view key, std::string_view) {
    known.insert(number_of_key(key));
    return true;
  });
  transaction.scan_keys(TableId::parts, {}, [&](std::string_view key, std::size_t) {
    if (!known.contains(number_of_key(key))) orphans.emplace_back(key);
    return true;
  });
  if (orphans.empty()) return;
  for (const std::string& key : orphans) transaction.erase(TableId::parts, key);
  transaction.commit();
}

std::unique_ptr<SegmentBuilder> Writer::new_batch() const {
  return std::make_unique<SegmentBuilder>(store_.hash_seed());
}

SealedBatch Writer::seal(const SegmentBuilder& batch) {
  Deduplicated fresh = deduplicator_.run(batch);
  SealedBatch sealed;
  sealed.events = fresh.order.size();
  sealed.duplicates = fresh.duplicates;
  sealed.rewritten = fresh.rewritten;
  sealed.variants = fresh.variants;
  sealed.ticket = fresh.ticket;
  sealed.duplicate = std::move(fresh.duplicate);
  sealed.decoded = fresh.decoded;
  if (fresh.order.empty()) return sealed;
  try {
    SegmentParts parts{[&](std::uint32_t, std::string&& bytes) { sealed.parts.push_back(std::move(bytes)); }};
    sealed.header = batch.encode(fresh.order, parts, fresh.contents);
    if (const SecretFinder* const finder = store_.secret_finder()) {
      const Segment segment{sealed.header,
                            [&sealed](std::uint32_t part) -> std::string_view { return sealed.parts.at(part); }};
      sealed.secrets = finder->secrets_of(segment);
      sealed.marks = finder->marks_of(segment);
    }
  } catch (...) {
    deduplicator_.finished(sealed.ticket);
    throw;
  }
  sealed.header.variants = sealed.variants;
  return sealed;
}

void Writer::commit(Commit commit) { write(commit, false); }

std::vector<SealedBatch> Writer::commit_and_keep(Commit commit) {
  write(commit, true);
  return std::move(commit.batches);
}

void Writer::write(Commit& commit, bool keep_parts) {
  const bool nothing = commit.rejects.empty() && commit.positions.empty() &&
                       std::all_of(commit.batches.begin(), commit.batches.end(),
                                   [](const SealedBatch& batch) { return batch.events == 0; });
  try {
    if (!nothing) write_transaction(commit, keep_parts);
  } catch (...) {
    for (const SealedBatch& batch : commit.batches) deduplicator_.finished(batch.ticket);
    throw;
  }
  for (const SealedBatch& batch : commit.batches) deduplicator_.finished(batch.ticket);
}

void Writer::write_transaction(Commit& commit, bool keep_parts) {
  const text::Lock lock{commit_mutex_};
  const auto before = before_change(&commit.batches);
  Transaction transaction = store_.environment().write();
  pin(transaction, before);
  for (SealedBatch& batch : commit.batches) {
    if (batch.events == 0) continue;
    batch.header.number = take_segment_number(transaction);
    batch.header.first_arrival = batch.header.last_arrival = now_();
    for (std::uint32_t part = 0; part < batch.parts.size(); ++part) {
      transaction.insert(TableId::parts, part_key(batch.header.number, part), batch.parts[part]);
      if (!keep_parts) std::string{}.swap(batch.parts[part]);
    }
    transaction.insert(TableId::segments, segment_key(batch.header.number), encode_header(batch.header));
    if (batch.marks) put_marks(transaction, batch.header.number, *batch.marks);
    put_secrets(transaction, secret_seed_of(transaction), batch.secrets);
    if (store_.secret_finder() == nullptr) put_looked_for(transaction, 0);
  }
  put_records(transaction, commit.rejects, commit.positions);
  transaction.commit();
  pins_kept(before);
}

void Writer::put_records(Transaction& transaction, const std::vector<RejectedRecord>& rejects,
                         const std::vector<SourcePosition>& positions) {
  RejectFigures figures;
  const text::Timestamp arrival = now_();
  for (const RejectedRecord& record : rejects) put_reject(transaction, record, arrival, figures);
  // Also where the commit fails: these figures are for messages.
  without_bytes_ += figures.without_bytes;
  only_counted_ += figures.only_counted;
  for (const SourcePosition& position : positions) {
    transaction.put(TableId::sources, source_key(position.source), encode_source(position));
  }
}

std::uint64_t Writer::new_bill_load() {
  const text::Lock lock{commit_mutex_};
  std::uint64_t token = 0;
  std::random_device random;
  while (token == 0) token = (std::uint64_t{random()} << 32U) | random();
  bill_loads_.insert(token);
  return token;
}

BillCommit Writer::commit_bills(std::vector<BillBatch>& bills, const std::vector<RejectedRecord>& rejects,
                                const std::vector<SourcePosition>& positions, const BillOrigin& origin) {
  const text::Lock lock{commit_mutex_};
  Transaction transaction = store_.environment().write();
  BillCommit done;
  for (BillBatch& batch : bills) done.add(stage_bill(transaction, batch, origin, bill_loads_));
  put_records(transaction, rejects, positions);
  transaction.commit();
  return done;
}

BillCommit Writer::settle_bills(const std::set<BillName>& bills, const std::set<std::uint64_t>& tokens) {
  const text::Lock lock{commit_mutex_};
  Transaction transaction = store_.environment().write();
  BillCommit done;
  for (const BillName& bill : bills) {
    const SettledBill settled = settle_bill(transaction, bill, tokens);
    done.add(settled.commit);
    if (!settled.note.empty()) append_to_journal(transaction, {now_(), settled.note});
  }
  transaction.commit();
  for (const std::uint64_t token : tokens) bill_loads_.erase(token);
  return done;
}

bool Writer::merge_once(bool all) {
  const text::Lock merging{merge_mutex_};
  std::vector<std::uint64_t> numbers;
  {
    const Snapshot snapshot = store_.snapshot();
    numbers = choose_merge(snapshot.segments(), all);
  }
  if (numbers.size() < 2) return false;
  merge(numbers);
  return true;
}

void Writer::merge(const std::vector<std::uint64_t>& numbers) {
  const auto begin = std::chrono::steady_clock::now();
  MergedSegment merged;
  {
    const Snapshot snapshot = store_.snapshot();
    std::vector<MergeInput> inputs;
    SegmentHeader totals;
    for (const Segment& segment : snapshot.segments()) {
      if (std::find(numbers.begin(), numbers.end(), segment.header().number) == numbers.end()) continue;
      inputs.push_back({&segment, {}});
      totals.raw_bytes += segment.header().raw_bytes;
      totals.variants += segment.header().variants;
    }
    merged = write_merged(inputs);
    merged.header.raw_bytes = totals.raw_bytes;
    merged.header.variants = totals.variants;
    for (const MergeInput& input : inputs) input.segment->forget();
  }
  replace(numbers, merged);
  const text::Lock lock{cost_mutex_};
  ++cost_.merges;
  cost_.events += merged.header.events;
  cost_.bytes += merged.header.stored_bytes;
  cost_.decoded += merged.decoded;
  cost_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// The merged segment is written part by part, each in a transaction of its own, so that commits get their turn between
// them. It becomes visible, and its inputs go, in one last transaction. A crash before that leaves orphans.
MergedSegment Writer::write_merged(const std::vector<MergeInput>& inputs) {
  for (const MergeInput& input : inputs) {
    input.segment->verify();
    input.segment->forget();
  }
  std::uint64_t number = 0;
  bool written = false;
  SegmentParts parts{[&](std::uint32_t part, const std::string& bytes) {
    const text::Lock lock{commit_mutex_};
    Transaction transaction = store_.environment().write();
    if (!written) number = take_segment_number(transaction);
    transaction.insert(TableId::parts, part_key(number, part), bytes);
    transaction.commit();
    written = true;
  }};
  try {
    MergedSegment merged = merge_segments(inputs, store_.hash_seed(), parts);
    merged.header.number = number;
    return merged;
  } catch (...) {
    if (written) remove_parts(number);
    throw;
  }
}

// What a failed merge has written; on a full disk it may be all that is in the way.
void Writer::remove_parts(std::uint64_t number) noexcept {
  try {
    const text::Lock lock{commit_mutex_};
    Transaction transaction = store_.environment().write();
    for (std::uint32_t part = 0; transaction.erase(TableId::parts, part_key(number, part)); ++part) {
    }
    transaction.commit();
  } catch (...) {
    // Not even that: they are removed when the store is opened again.
  }
}

// A segment takes the place of others only if all of it is there, and if they still are.
void Writer::require_parts(const Transaction& transaction, const SegmentHeader& header) {
  for (std::uint32_t part = 0; part < header.parts; ++part) {
    if (!transaction.get(TableId::parts, part_key(header.number, part))) throw_gone(header.number);
  }
}

void Writer::erase_segment(Transaction& transaction, std::uint64_t number) {
  if (!transaction.erase(TableId::segments, segment_key(number))) throw_gone(number);
  transaction.erase(TableId::verdicts, segment_key(number));
  transaction.erase(TableId::marks, segment_key(number));
  for (std::uint32_t part = 0; transaction.erase(TableId::parts, part_key(number, part)); ++part) {
  }
}

void Writer::replace(const std::vector<std::uint64_t>& numbers, const MergedSegment& merged) {
  const SegmentHeader& header = merged.header;
  const text::Lock lock{commit_mutex_};
  Transaction transaction = store_.environment().write();
  require_parts(transaction, header);
  if (header.events > 0) transaction.insert(TableId::segments, segment_key(header.number), encode_header(header));
  if (header.events > 0 && merged.marks) put_marks(transaction, header.number, *merged.marks);
  for (const std::uint64_t input : numbers) erase_segment(transaction, input);
  transaction.commit();
}

void Writer::append_to_journal(Transaction& transaction, const JournalEntry& entry) {
  const auto last = transaction.last_key(TableId::journal);
  transaction.insert(TableId::journal, segment_key(last ? number_of_key(*last) + 1 : 0), encode_journal(entry));
}

RejectFigures Writer::reject_figures() const { return {without_bytes_, only_counted_}; }

RemovedRejects Writer::remove_rejects(const std::function<bool(const KeptReject&)>& which,
                                      const std::function<JournalEntry(const RemovedRejects&)>& entry) {
  const text::Lock lock{commit_mutex_};
  Transaction transaction = store_.environment().write();
  const RemovedRejects removed = store::remove_rejects(transaction, which, false);
  append_to_journal(transaction, entry(removed));
  transaction.commit();
  return removed;
}

void Writer::set_reject_limit(std::uint64_t bytes, const JournalEntry& entry) {
  const text::Lock lock{commit_mutex_};
  Transaction transaction = store_.environment().write();
  store::set_reject_limit(transaction, bytes);
  append_to_journal(transaction, entry);
  transaction.commit();
}

void Writer::record(const JournalEntry& entry) {
  const text::Lock lock{commit_mutex_};
  Transaction transaction = store_.environment().write();
  append_to_journal(transaction, entry);
  transaction.commit();
}

void Writer::put_hold(const LegalHold& hold, const JournalEntry& entry) {
  const text::Lock lock{commit_mutex_};
  Transaction transaction = store_.environment().write();
  transaction.put(TableId::holds, hold.name, hold.filter);
  append_to_journal(transaction, entry);
  transaction.commit();
}

bool Writer::erase_hold(const std::string& name, const JournalEntry& entry) {
  const text::Lock lock{commit_mutex_};
  Transaction transaction = store_.environment().write();
  if (!transaction.erase(TableId::holds, name)) return false;
  erase_pins(transaction, name);
  append_to_journal(transaction, entry);
  transaction.commit();
  return true;
}

bool Writer::put_policy_file(const PolicyFile& file, const JournalEntry& entry) {
  const text::Lock lock{commit_mutex_};
  const auto before = before_change(nullptr);
  Transaction transaction = store_.environment().write();
  const std::string key = policy_key(file);
  if (transaction.get(TableId::policies, key)) return false;
  pin(transaction, before);
  transaction.put(TableId::policies, key, encode_policy_file(file));
  append_to_journal(transaction, entry);
  transaction.commit();
  pins_kept(before);
  return true;
}

bool Writer::erase_policy_file(const std::string& key, const JournalEntry& entry) {
  const text::Lock lock{commit_mutex_};
  const auto before = before_change(nullptr);
  Transaction transaction = store_.environment().write();
  if (!transaction.erase(TableId::policies, key)) return false;
  pin(transaction, before);
  append_to_journal(transaction, entry);
  transaction.commit();
  pins_kept(before);
  return true;
}

void Writer::put_verdicts(const std::vector<VerdictsOfSegment>& verdicts) {
  if (verdicts.empty()) return;
  const text::Lock lock{commit_mutex_};
  Transaction transaction = store_.environment().write();
  for (const auto& [segment, of_segment] : verdicts) {
    const std::string key = segment_key(segment);
    if (!transaction.get(TableId::segments, key)) continue;
    transaction.put(TableId::verdicts, key, encode_verdicts(of_segment));
  }
  transaction.commit();
}

MergeCost Writer::merge_cost() const {
  const text::Lock lock{cost_mutex_};
  return cost_;
}

}  // namespace trailkeeper::store
