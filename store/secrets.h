// What a store knows to be confidential, by hashes: kept whatever becomes of the events that revealed it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/phrase_set.h"
#include "store/environment.h"
#include "store/segments/segment_marks.h"
#include "text/mutex.h"

namespace trailkeeper::store {

class Segment;

/// A store's secrets.
struct Secrets {
  event::PhraseSet words;          ///< Phrases that no text may leave with.
  std::vector<std::string> paths;  ///< Where else in events such phrases stand, or stood by earlier settings.
  /// What all of the store's events were searched for (SecretFinder::looks_for); 0: some weren't searched.
  std::uint64_t looked_for = 0;
};

/// No more phrases than this are kept: a stranger's forms would fill memory.
constexpr std::size_t kMostSecrets = 1'000'000;

/// Knows which phrases of events are secrets (query/known_secrets.h). Thread-safe.
class SecretFinder {
 public:
  SecretFinder() = default;
  SecretFinder(const SecretFinder&) = delete;
  SecretFinder& operator=(const SecretFinder&) = delete;
  virtual ~SecretFinder() = default;

  /// For a segment's events. Costs little if none is of the kind that may have some.
  [[nodiscard]] virtual std::vector<std::string> secrets_of(const Segment& segment) const = 0;
  /// Which of a segment's events may name some, to be kept beside it.
  [[nodiscard]] virtual SegmentMarks marks_of(const Segment& segment) const = 0;
  /// Distinguishes what it looks for from what others look for; not 0.
  [[nodiscard]] virtual std::uint64_t looks_for() const = 0;
};

/// Reads the table; again only if something was added. Thread-safe.
class SecretCache {
 public:
  /// Throws StoreError(corrupt).
  std::shared_ptr<const Secrets> open(const Transaction& transaction, std::uint64_t seed);

 private:
  text::Mutex mutex_;
  std::uint64_t rows_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;
  std::uint64_t looked_for_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const Secrets> secrets_ TRAILKEEPER_GUARDED_BY(mutex_);
};

/// Throws StoreError(corrupt) if an entry can't be read.
void check_secret(std::string_view key, std::string_view value);

/// Adds phrases, as far as there is room; known ones only cost a look.
void put_secrets(Transaction& transaction, std::uint64_t seed, std::span<const std::string> phrases);
/// Adds paths to those that are there.
void put_secret_paths(Transaction& transaction, std::span<const std::string> paths);
/// Keeps a segment's marks; replaces those that it has.
void put_marks(Transaction& transaction, std::uint64_t segment, const SegmentMarks& marks);
/// Records what all of the store's events were searched for; 0: some weren't searched.
void put_looked_for(Transaction& transaction, std::uint64_t looked_for);

}  // namespace trailkeeper::store
