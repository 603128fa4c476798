#include "store/known_contents.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace trailkeeper::store {
namespace {

// About 20 bytes each.
constexpr std::size_t kMost = std::size_t{1} << 20;
constexpr std::size_t kCostOfKey = 8;

KeyContents contents_of(const Segment& segment, const EventKey& key, std::uint64_t hash_seed) {
  KeyContents contents;
  std::string json;
  for (const std::uint32_t event : segment.find(key)) {
    json.clear();
    segment.append_event(event, hash_seed, json);
    contents.push_back({event, content_hash(json, hash_seed)});
  }
  std::sort(contents.begin(), contents.end(), [](const SharedContent& a, const SharedContent& b) {
    return std::tie(a.hash, a.event) < std::tie(b.hash, b.event);
  });
  return contents;
}

std::uint64_t checksum_of_hashes(const SegmentHeader& header) {
  const auto found = std::find_if(header.sections.begin(), header.sections.end(),
                                  [](const SectionEntry& entry) { return entry.id == SectionId::hashes; });
  return found == header.sections.end() ? 0 : found->checksum;
}

}  // namespace

std::shared_ptr<const KeyContents> KnownContents::of(const Segment& segment, const EventKey& key,
                                                     std::uint64_t hash_seed, std::uint64_t& decoded) {
  const Place place{segment.header().number, checksum_of_hashes(segment.header()), key};
  {
    const text::Lock lock{mutex_};
    if (const auto found = known_.find(place); found != known_.end()) return found->second;
  }
  auto contents = std::make_shared<const KeyContents>(contents_of(segment, key, hash_seed));
  decoded += contents->size();
  const text::Lock lock{mutex_};
  if (size_ + contents->size() + kCostOfKey > kMost) {
    known_.clear();
    size_ = 0;
  }
  if (known_.emplace(place, contents).second) size_ += contents->size() + kCostOfKey;
  return contents;
}

}  // namespace trailkeeper::store
