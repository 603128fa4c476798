// Segment: what is known of events without putting them together: contents of those that share a key, odd arrivals.
#include <algorithm>
#include <cstring>

#include "store/byte_codec.h"
#include "store/error.h"
#include "store/segments/segment.h"
#include "text/timestamp.h"

namespace trailkeeper::store {
namespace {

constexpr std::size_t kContentBytes = sizeof(ContentHash) + sizeof(std::uint32_t);
constexpr std::size_t kArrivalBytes = sizeof(std::uint32_t) + sizeof(text::Timestamp);

}  // namespace

Segment::KeyMatch Segment::match(const EventKey& key) const {
  const KeyRange range = range_of(key);
  if (range.begin == range.end) return {};
  return {range.end - range.begin, event_at(range.begin)};
}

std::uint32_t Segment::content_count() const {
  return static_cast<std::uint32_t>(sections().unchecked(SectionId::contents).bytes.size() / kContentBytes);
}

SharedContent Segment::content_at(std::uint32_t place) const {
  const SegmentSections::Section& section = sections().unchecked(SectionId::contents);
  const std::size_t at = place * kContentBytes;
  sections().check(section, at, at + kContentBytes);
  const char* const bytes = section.bytes.data() + at;
  SharedContent content;
  std::memcpy(content.hash.data(), bytes, content.hash.size());
  std::memcpy(&content.event, bytes + content.hash.size(), sizeof content.event);
  if (content.event >= size()) throw_corrupt("segment " + std::to_string(header().number) + ": a content has no event");
  return content;
}

Segment::KeyRange Segment::contents_range(const EventKey& key) const {
  const std::uint32_t count = content_count();
  const auto first = [&](auto&& before) {
    std::uint32_t low = 0;
    std::uint32_t high = count;
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (before(this->key(content_at(middle).event))) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  return {first([&](const EventKey& k) { return k < key; }), first([&](const EventKey& k) { return !(key < k); })};
}

bool Segment::knows_contents(const EventKey& key) const {
  const KeyRange known = contents_range(key);
  return known.begin < known.end && known.end - known.begin == match(key).events;
}

std::vector<std::uint32_t> Segment::find_content(const EventKey& key, const ContentHash& hash) const {
  const KeyRange known = contents_range(key);
  std::uint32_t low = known.begin;
  std::uint32_t high = known.end;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (content_at(middle).hash < hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  std::vector<std::uint32_t> found;
  for (; low < known.end && found.size() < kMostOfOneHash && content_at(low).hash == hash; ++low) {
    found.push_back(content_at(low).event);
  }
  return found;
}

std::vector<SharedContent> Segment::shared_contents() const {
  static_cast<void>(sections().checked(SectionId::contents));
  std::vector<SharedContent> contents;
  const std::uint32_t count = content_count();
  contents.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) contents.push_back(content_at(i));
  return contents;
}

std::vector<OddArrival> Segment::odd_arrivals() const {
  ByteReader reader{sections().checked(SectionId::arrivals)};
  std::vector<OddArrival> arrivals;
  while (reader.rest().size() >= kArrivalBytes) {
    OddArrival arrival;
    arrival.event = reader.fixed<std::uint32_t>();
    arrival.arrival = reader.fixed<text::Timestamp>();
    if (arrival.event >= size()) {
      throw_corrupt("segment " + std::to_string(header().number) + ": an arrival has no event");
    }
    arrivals.push_back(arrival);
  }
  return arrivals;
}

}  // namespace trailkeeper::store
