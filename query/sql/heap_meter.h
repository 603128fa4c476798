// What SQLite and our functions hold for a query, counted against its budget.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <new>
#include <string_view>
#include <utility>

#include "query/memory_budget.h"

namespace trailkeeper::query::sql {

/// While one is there, everything that SQLite takes in this thread is charged: SQLite is told that there is no memory
/// where the budget has no room, or where the thread's store::ReadLimit has ended. A query runs in one thread from
/// beginning to end, so the meter counts it and no other.
class HeapMeter {
 public:
  explicit HeapMeter(MemoryBudget* budget);
  ~HeapMeter();
  HeapMeter(const HeapMeter&) = delete;
  HeapMeter& operator=(const HeapMeter&) = delete;

  /// Throws why SQLite got no memory, if it was this meter that gave none: OverBudget, ReadStopped.
  void throw_refusal() const;

  /// Makes SQLite take its memory by the meters. Must be called before SQLite is used.
  static void install();

 private:
  friend struct MeteredHeap;
  friend class HeapCharge;
  [[nodiscard]] bool take(std::size_t bytes);

  MemoryBudget::Charge charge_;
  HeapMeter* before_;
  bool refused_ = false;
  bool alone_ = false;
  unsigned calls_ = 0;
};

/// Bytes that this thread's meter counts besides SQLite's, for as long as this is there. Throws std::bad_alloc.
class HeapCharge {
 public:
  explicit HeapCharge(std::size_t bytes);
  ~HeapCharge();
  HeapCharge(const HeapCharge&) = delete;
  HeapCharge& operator=(const HeapCharge&) = delete;

 private:
  std::size_t bytes_;
};

/// An allocator by which containers of our functions count, too. Throws std::bad_alloc.
template <typename Value>
struct HeapAllocator {
  using value_type = Value;
  HeapAllocator() = default;
  template <typename Other>
  explicit HeapAllocator(const HeapAllocator<Other>& /*other*/) {}
  Value* allocate(std::size_t count) {
    void* const place = sqlite3_malloc64(count * sizeof(Value));
    if (place == nullptr) throw std::bad_alloc{};
    return static_cast<Value*>(place);
  }
  void deallocate(Value* place, std::size_t /*count*/) { sqlite3_free(place); }
  bool operator==(const HeapAllocator& /*other*/) const { return true; }
};

/// A text that grows, and can be given to SQLite without a copy. Throws std::bad_alloc.
class HeapText {
 public:
  HeapText() = default;
  ~HeapText() { sqlite3_free(bytes_); }
  HeapText(const HeapText&) = delete;
  HeapText& operator=(const HeapText&) = delete;

  void append(std::string_view text);
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Gives it as the result of a call, and is empty afterwards.
  void give(sqlite3_context* context) {
    if (bytes_ == nullptr) return sqlite3_result_text(context, "", 0, SQLITE_STATIC);
    sqlite3_result_text64(context, std::exchange(bytes_, nullptr), std::exchange(size_, 0), &sqlite3_free, SQLITE_UTF8);
    room_ = 0;
  }

 private:
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

}  // namespace trailkeeper::query::sql
