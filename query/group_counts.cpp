#include "query/group_counts.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <random>

#include "text/timestamp.h"

namespace trailkeeper::query {
namespace {

// A place in the table, which doubles; and the table with its first places.
constexpr std::size_t kDistinctText = 56;
constexpr std::size_t kDistinctTexts = 384;

DistinctTexts::Hash distinct_hash(std::string_view text) {
  static const std::uint64_t kSeed = (std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}();
  const XXH128_hash_t hash = XXH3_128bits_withSeed(text.data(), text.size(), kSeed);
  return {hash.low64, hash.high64};
}

}  // namespace

// A node of the map with its key, and the row that it becomes; strings of up to 15 bytes lie in their objects.
std::size_t GroupCounts::memory_of(const Values& values) {
  constexpr std::size_t kGroup = 424;
  constexpr std::size_t kInPlace = 15;
  constexpr std::size_t kBlock = 32;
  std::size_t bytes = kGroup + values.capacity() * sizeof(Values::value_type);
  for (const auto& value : values) {
    if (value && value->capacity() > kInPlace) bytes += value->capacity() + kBlock;
  }
  return bytes;
}

GroupCounts::Group& GroupCounts::group(text::Timestamp bucket, Values values) {
  Key key{bucket, std::move(values)};
  const auto place = groups_.lower_bound(key);
  if (place != groups_.end() && place->first == key) return place->second;
  if (request_->most_rows && groups_.size() >= *request_->most_rows) throw TooManyRows{*request_->most_rows};
  charge_.add(memory_of(key.second));
  return groups_.emplace_hint(place, std::move(key), Group{})->second;
}

void GroupCounts::add(Group& group, const GroupFigures& figures, const std::optional<std::string>& distinct) {
  group.figures.add(figures);
  if (!distinct) return;
  if (!group.distinct) {
    charge_.add(kDistinctTexts);
    group.distinct = std::make_unique<DistinctTexts>();
  }
  charge_.add(kDistinctText);
  if (!group.distinct->hashes.insert(distinct_hash(*distinct)).second) charge_.give_back(kDistinctText);
}

void GroupCounts::add(text::Timestamp bucket, Values values, const GroupFigures& figures) {
  add(group(bucket, std::move(values)), figures, std::nullopt);
}

void GroupCounts::settle() {
  for (auto& [key, group] : groups_) {
    if (!group.distinct) continue;
    group.figures.distinct = group.distinct->hashes.size();
    charge_.give_back(kDistinctTexts + kDistinctText * group.distinct->hashes.size());
    group.distinct.reset();
  }
}

// Both are charged already.
void GroupCounts::merge_distinct(Group& group, Group& other) {
  if (!other.distinct) return;
  if (!group.distinct || group.distinct->hashes.size() < other.distinct->hashes.size()) {
    group.distinct.swap(other.distinct);
  }
  if (!other.distinct) return;
  for (const DistinctTexts::Hash& hash : other.distinct->hashes) {
    if (!group.distinct->hashes.insert(hash).second) charge_.give_back(kDistinctText);
  }
  charge_.give_back(kDistinctTexts);
}

void GroupCounts::merge(GroupCounts&& other) {
  if (groups_.empty()) {
    groups_.swap(other.groups_);
    charge_.join(std::move(other.charge_));
    return;
  }
  charge_.join(std::move(other.charge_));
  while (!other.groups_.empty()) {
    const auto known = groups_.insert(other.groups_.extract(other.groups_.begin()));
    if (known.inserted) continue;
    known.position->second.figures.add(known.node.mapped().figures);
    merge_distinct(known.position->second, known.node.mapped());
    charge_.give_back(memory_of(known.node.key().second));
  }
  if (request_->most_rows && groups_.size() > *request_->most_rows) throw TooManyRows{*request_->most_rows};
}

GroupCounts GroupCounts::count_distinct(const CountRequest& request, std::size_t place) {
  GroupCounts counted{request};
  counted.charge_ = take_charge();
  drain([&](text::Timestamp bucket, Values values, GroupFigures figures) {
    counted.charge_.give_back(memory_of(values));
    figures.distinct = values[place] ? 1 : 0;
    if (values.size() > request.by.size()) values.erase(values.begin() + static_cast<std::ptrdiff_t>(place));
    counted.add(bucket, std::move(values), figures);
  });
  return counted;
}

}  // namespace trailkeeper::query
