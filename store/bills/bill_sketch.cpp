#include "store/bills/bill_sketch.h"

#include <algorithm>
#include <limits>

#include "store/error.h"

namespace trailkeeper::store {

void BillSketch::add(std::uint64_t hash) {
  if (hashes_.size() >= kMost && hash > *hashes_.rbegin()) return;
  hashes_.insert(hash);
  if (hashes_.size() > kMost) hashes_.erase(std::prev(hashes_.end()));
}

void BillSketch::add(const BillSketch& other) {
  for (const std::uint64_t hash : other.hashes_) add(hash);
}

BillSketch::Share BillSketch::share_in(const BillSketch& other) const {
  // Beyond its largest hash a full sketch says nothing of its set.
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  for (const BillSketch* sketch : {this, &other}) {
    if (sketch->hashes_.size() >= kMost) limit = std::min(limit, *sketch->hashes_.rbegin());
  }
  Share share;
  for (const std::uint64_t hash : hashes_) {
    if (hash > limit) break;
    ++share.all;
    share.common += other.hashes_.count(hash);
  }
  return share;
}

void BillSketch::encode(std::string& out) const {
  put_varint(hashes_.size(), out);
  for (const std::uint64_t hash : hashes_) put_fixed(hash, out);
}

BillSketch BillSketch::decode(ByteReader& reader) {
  BillSketch sketch;
  const std::uint64_t size = reader.varint();
  if (size > kMost) throw_corrupt("a bill's load says that it has more hashes than it may");
  for (std::uint64_t i = 0; i < size; ++i) sketch.hashes_.insert(sketch.hashes_.end(), reader.fixed<std::uint64_t>());
  return sketch;
}

}  // namespace trailkeeper::store
