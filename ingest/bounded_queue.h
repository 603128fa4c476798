// A queue between threads that makes the faster side wait.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "text/mutex.h"

namespace trailkeeper::ingest {

/// Thread-safe. Holds at most `capacity` items.
template <typename Item>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. False, and the item is dropped, if the queue was closed.
  bool push(Item item) {
    const text::Lock lock{mutex_};
    while (items_.size() >= capacity_ && !closed_) not_full_.wait(mutex_);
    if (closed_) return false;
    items_.push_back(std::move(item));
    not_empty_.notify_one();
    return true;
  }

  /// Drops the item if there is no room.
  void try_push(Item item) {
    const text::Lock lock{mutex_};
    if (closed_ || items_.size() >= capacity_) return;
    items_.push_back(std::move(item));
    not_empty_.notify_one();
  }

  /// Waits for an item; nothing once the queue is closed and empty.
  std::optional<Item> pop() {
    const text::Lock lock{mutex_};
    while (items_.empty() && !closed_) not_empty_.wait(mutex_);
    if (items_.empty()) return std::nullopt;
    std::optional<Item> item{std::move(items_.front())};
    items_.pop_front();
    not_full_.notify_one();
    return item;
  }

  /// No more items come; those already in it can still be taken.
  void close() {
    const text::Lock lock{mutex_};
    closed_ = true;
    not_full_.notify_all();
    not_empty_.notify_all();
  }

 private:
  const std::size_t capacity_;
  text::Mutex mutex_;
  text::ConditionVariable not_full_;
  text::ConditionVariable not_empty_;
  std::deque<Item> items_ TRAILKEEPER_GUARDED_BY(mutex_);
  bool closed_ TRAILKEEPER_GUARDED_BY(mutex_) = false;
};

}  // namespace trailkeeper::ingest
