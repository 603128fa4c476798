// The contents of stored events that share a key, where their segment doesn't say.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "store/segments/segment.h"
#include "text/mutex.h"

namespace trailkeeper::store {

/// The contents of a key's events in one segment, in order of hash.
using KeyContents = std::vector<SharedContent>;

/// Remembers what had to be put together once: for the first event of an ID no content is kept, and older segments keep
/// none. Of bounded size. Thread-safe.
class KnownContents {
 public:
  /// Adds to `decoded` how many events were put together for it. Throws StoreError(corrupt).
  std::shared_ptr<const KeyContents> of(const Segment& segment, const EventKey& key, std::uint64_t hash_seed,
                                        std::uint64_t& decoded);

 private:
  // A number may occur again in another store's life; its events' hashes don't.
  struct Place {
    std::uint64_t segment;
    std::uint64_t events;
    EventKey key;
    bool operator<(const Place& other) const {
      return std::tie(segment, events, key) < std::tie(other.segment, other.events, other.key);
    }
  };

  text::Mutex mutex_;
  std::map<Place, std::shared_ptr<const KeyContents>> known_ TRAILKEEPER_GUARDED_BY(mutex_);
  std::size_t size_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;  // Contents of all keys, and a few for each key itself.
};

}  // namespace trailkeeper::store
