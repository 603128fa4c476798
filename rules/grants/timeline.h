// A value that changes over time.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "text/timestamp.h"

namespace trailkeeper::rules::grants {

/// From when to when something holds: [begin, end).
struct Window {
  text::Timestamp begin = INT64_MIN;
  text::Timestamp end = INT64_MAX;

  void narrow(const Window& other) {
    begin = std::max(begin, other.begin);
    end = std::min(end, other.end);
  }
  /// The same, some time later.
  [[nodiscard]] Window later(text::Timestamp by) const {
    return {begin == INT64_MIN ? begin : begin + by, end > INT64_MAX - by ? INT64_MAX : end + by};
  }
  [[nodiscard]] bool covers(text::Timestamp time) const { return begin <= time && time < end; }
};

/// The values of one thing, in order of time. Each holds from its time on, until the next one's. No value: the thing
/// doesn't exist at that time.
template <typename T>
class Timeline {
 public:
  /// `time` isn't before any that was set.
  void set(text::Timestamp time, std::shared_ptr<const T> value) {
    if (!steps_.empty() && steps_.back().first == time) {
      steps_.back().second = std::move(value);
    } else {
      steps_.emplace_back(time, std::move(value));
    }
  }

  /// When the first value was set.
  [[nodiscard]] std::optional<text::Timestamp> first() const {
    return steps_.empty() ? std::nullopt : std::optional{steps_.front().first};
  }

  /// The newest value, or null.
  [[nodiscard]] const std::shared_ptr<const T>* newest() const {
    return steps_.empty() ? nullptr : &steps_.back().second;
  }

  /// The value at `time`, or null; `window` is narrowed to the time for which it holds.
  [[nodiscard]] std::shared_ptr<const T> at(text::Timestamp time, Window& window) const {
    const auto next = std::upper_bound(steps_.begin(), steps_.end(), time,
                                       [](text::Timestamp t, const auto& step) { return t < step.first; });
    if (next != steps_.end()) window.end = std::min(window.end, next->first);
    if (next == steps_.begin()) return nullptr;
    const auto& step = *std::prev(next);
    window.begin = std::max(window.begin, step.first);
    return step.second;
  }

 private:
  std::vector<std::pair<text::Timestamp, std::shared_ptr<const T>>> steps_;
};

}  // namespace trailkeeper::rules::grants
