// A Trailkeeper store: one directory, one LMDB environment, segments of events.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "event/reject.h"
#include "store/environment.h"
#include "store/hold_pins.h"
#include "store/policy_file.h"
#include "store/rejected_record.h"
#include "store/secrets.h"
#include "store/segments/segment.h"
#include "store/verdict_maker.h"
#include "text/mutex.h"

namespace trailkeeper::store {

/// How far a source has been taken in.
struct SourcePosition {
  std::string source;
  std::uint64_t bytes = 0;  ///< (Decompressed) bytes that are done with.
  bool complete = false;    ///< Up to its end.
  /// Tells this source from another one of its name; 0: unknown.
  std::uint64_t fingerprint = 0;
};

/// Something that was done to the store, for its own audit.
struct JournalEntry {
  std::int64_t time = 0;  ///< Milliseconds since the epoch, of the machine that did it.
  std::string text;       ///< JSON: an object.
  std::string by = {};    ///< Who did it, as store/actor.h says; empty: the user behind this process.
};

/// Events that retention may not remove.
struct LegalHold {
  std::string name;
  std::string filter;  ///< As query::encode_filter writes it.
};

/// Headers of segments, decoded once for all snapshots of a process. Thread-safe.
class HeaderCache {
 public:
  /// The decoded header; decodes only if `encoded` differs from what this number had. Throws StoreError(corrupt).
  std::shared_ptr<const OpenedHeader> open(std::uint64_t number, std::string_view encoded);
  /// Forgets the headers of all segments but these (ascending).
  void keep_only(const std::vector<std::uint64_t>& numbers);

 private:
  struct Entry {
    std::string encoded;
    std::shared_ptr<const OpenedHeader> header;
  };
  text::Mutex mutex_;
  std::unordered_map<std::uint64_t, Entry> entries_ TRAILKEEPER_GUARDED_BY(mutex_);
};

/// A consistent view of the store; later commits don't show. Keep it for a short time: it holds back the reuse of freed
/// pages.
class Snapshot {
 public:
  Snapshot(Environment& environment, HeaderCache& headers, SecretCache& secrets);

  /// By ascending number.
  [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }
  [[nodiscard]] std::uint64_t hash_seed() const { return hash_seed_; }
  /// The secret of this store, for pseudonyms of confidential values. Empty if no writer has made one yet.
  [[nodiscard]] std::string pseudonym_key() const;
  /// What is known to be confidential; if some events weren't searched, what is known from the others.
  [[nodiscard]] std::shared_ptr<const Secrets> secrets() const;

  /// Visits rejected records in order of source and offset until `visit` returns false; one is in memory at a time.
  void rejects(const std::function<bool(const KeptReject&)>& visit) const;
  [[nodiscard]] std::uint64_t reject_count() const;
  /// The arrival of the first segments that record one; 0 if none does. Segments without came before.
  [[nodiscard]] text::Timestamp first_arrival() const;
  void sources(const std::function<void(const SourcePosition&)>& visit) const;
  /// In the order in which they were made.
  void journal(const std::function<void(const JournalEntry&)>& visit) const;
  [[nodiscard]] std::vector<LegalHold> holds() const;
  /// By ascending time.
  [[nodiscard]] std::vector<PolicyFile> policy_files() const;
  /// What store/segments/segment_verdicts.h decodes, for the segment with that number; nothing if there is none.
  [[nodiscard]] std::optional<std::string_view> verdicts(std::uint64_t segment) const;

  [[nodiscard]] const Transaction& transaction() const { return transaction_; }

 private:
  [[nodiscard]] Segment open_segment(HeaderCache& headers, std::uint64_t number, std::string_view encoded) const;

  Transaction transaction_;
  SecretCache* secrets_;
  std::vector<Segment> segments_;
  std::uint64_t hash_seed_ = 0;
};

/// The directory, opened for reading or writing. Any number of processes may read while one writes. Thread-safe.
class Store {
 public:
  enum class Mode { read, write };

  /// Mode::write creates the store if there is none, and holds the store's lock: StoreError(locked) if another process
  /// has it. Throws StoreError.
  Store(const std::string& directory, Mode mode);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] Snapshot snapshot() { return Snapshot{environment_, headers_, secrets_}; }
  [[nodiscard]] Environment& environment() { return environment_; }
  [[nodiscard]] std::uint64_t hash_seed() const { return hash_seed_; }

  /// Knows what legal holds match; must be set, before there is a writer, wherever a store with holds is changed
  /// (query/upkeep.h).
  void keep_holds(std::shared_ptr<HoldKeeper> keeper) { hold_keeper_ = std::move(keeper); }
  [[nodiscard]] HoldKeeper* hold_keeper() const { return hold_keeper_.get(); }

  /// Makes verdicts on events; without it, readers make them when they are asked for.
  void make_verdicts(std::shared_ptr<VerdictMaker> maker) { verdict_maker_ = std::move(maker); }
  [[nodiscard]] VerdictMaker* verdict_maker() const { return verdict_maker_.get(); }

  /// Knows what is confidential in events (query/known_secrets.h); without it, commits record that they weren't
  /// searched.
  void find_secrets(std::shared_ptr<const SecretFinder> finder) { secret_finder_ = std::move(finder); }
  [[nodiscard]] const SecretFinder* secret_finder() const { return secret_finder_.get(); }

 private:
  Environment environment_;
  HeaderCache headers_;
  SecretCache secrets_;
  std::uint64_t hash_seed_ = 0;
  std::shared_ptr<HoldKeeper> hold_keeper_;
  std::shared_ptr<const SecretFinder> secret_finder_;
  std::shared_ptr<VerdictMaker> verdict_maker_;
};

// How the store's tables spell their keys and values.
std::string segment_key(std::uint64_t number);
/// A number that no segment has or ever had, for a segment that the same transaction writes.
std::uint64_t take_segment_number(Transaction& transaction);
std::uint64_t number_of_key(std::string_view key);
std::string part_key(std::uint64_t number, std::uint32_t part);
std::string encode_journal(const JournalEntry& entry);
std::string encode_source(const SourcePosition& position);
/// The events' hashes' seed; 0 in a new store.
std::uint64_t hash_seed_of(const Transaction& transaction);
/// The seed of the hashes of what is confidential: a part of the store's secret.
std::uint64_t secret_seed_of(const Transaction& transaction);
std::string source_key(std::string_view source);

}  // namespace trailkeeper::store
