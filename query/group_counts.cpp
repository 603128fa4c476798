#include "query/group_counts.h"

#include "text/timestamp.h"

namespace trailkeeper::query {

// A node of the map with its key, and the row that it becomes; strings of up to 15 bytes lie in their objects.
std::size_t GroupCounts::memory_of(const Values& values) {
  constexpr std::size_t kGroup = 320;
  constexpr std::size_t kInPlace = 15;
  constexpr std::size_t kBlock = 32;
  std::size_t bytes = kGroup + values.capacity() * sizeof(Values::value_type);
  for (const auto& value : values) {
    if (value && value->capacity() > kInPlace) bytes += value->capacity() + kBlock;
  }
  return bytes;
}

void GroupCounts::add(text::Timestamp bucket, Values values, std::uint64_t count) {
  Key key{bucket, std::move(values)};
  const auto place = groups_.lower_bound(key);
  if (place != groups_.end() && place->first == key) {
    place->second += count;
    return;
  }
  if (request_->most_rows && groups_.size() >= *request_->most_rows) throw TooManyRows{*request_->most_rows};
  charge_.add(memory_of(key.second));
  groups_.emplace_hint(place, std::move(key), count);
}

void GroupCounts::merge(GroupCounts&& other) {
  if (groups_.empty()) {
    groups_.swap(other.groups_);
    charge_.join(std::move(other.charge_));
    return;
  }
  while (!other.groups_.empty()) {
    const auto known = groups_.insert(other.groups_.extract(other.groups_.begin()));
    if (known.inserted) continue;
    known.position->second += known.node.mapped();
    other.charge_.give_back(memory_of(known.node.key().second));
  }
  charge_.join(std::move(other.charge_));
  if (request_->most_rows && groups_.size() > *request_->most_rows) throw TooManyRows{*request_->most_rows};
}

}  // namespace trailkeeper::query
