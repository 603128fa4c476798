// A queue between threads that makes the faster side wait.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace trailkeeper::ingest {

/// Thread-safe. Holds at most `capacity` items.
template <typename Item>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. False, and the item is dropped, if the queue was closed.
  bool push(Item item) {
    std::unique_lock lock{mutex_};
    not_full_.wait(lock, [&] { return items_.size() < capacity_ || closed_; });
    if (closed_) return false;
    items_.push_back(std::move(item));
    not_empty_.notify_one();
    return true;
  }

  /// Drops the item if there is no room.
  void try_push(Item item) {
    const std::lock_guard lock{mutex_};
    if (closed_ || items_.size() >= capacity_) return;
    items_.push_back(std::move(item));
    not_empty_.notify_one();
  }

  /// Waits for an item; nothing once the queue is closed and empty.
  std::optional<Item> pop() {
    std::unique_lock lock{mutex_};
    not_empty_.wait(lock, [&] { return !items_.empty() || closed_; });
    if (items_.empty()) return std::nullopt;
    std::optional<Item> item{std::move(items_.front())};
    items_.pop_front();
    not_full_.notify_one();
    return item;
  }

  /// No more items come; those that are in it can still be taken.
  void close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    not_full_.notify_all();
    not_empty_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable not_full_;
  std::condition_variable not_empty_;
  std::deque<Item> items_;
  bool closed_ = false;
};

}  // namespace trailkeeper::ingest
