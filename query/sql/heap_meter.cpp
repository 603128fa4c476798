#include "query/sql/heap_meter.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "store/read_limit.h"

namespace trailkeeper::query::sql {
namespace {

thread_local HeapMeter* metered_now = nullptr;

}  // namespace

/// SQLite's calls for memory.
struct MeteredHeap {
  static void* take(int bytes) {
    const auto size = static_cast<std::size_t>(bytes);
    if (metered_now != nullptr && !metered_now->take(size)) return nullptr;
    return std::malloc(size);
  }
  static void give_back(void* place) {
    if (metered_now != nullptr) metered_now->charge_.give_back(::malloc_usable_size(place));
    std::free(place);
  }
  static void* resize(void* place, int bytes) {
    const auto size = static_cast<std::size_t>(bytes);
    const std::size_t before = ::malloc_usable_size(place);
    // Both are there while it is copied.
    if (metered_now != nullptr && !metered_now->take(size)) return nullptr;
    void* const moved = std::realloc(place, size);
    if (metered_now != nullptr) metered_now->charge_.give_back(moved == nullptr ? size : before);
    return moved;
  }
  static int size_of(void* place) { return static_cast<int>(::malloc_usable_size(place)); }
  static int round_up(int bytes) {
    constexpr int kStep = 16;
    return (bytes + kStep - 1) / kStep * kStep;
  }
  static int begin(void* /*data*/) { return SQLITE_OK; }
  static void end(void* /*data*/) {}
};

HeapMeter::HeapMeter(MemoryBudget* budget) : charge_(budget), before_(metered_now) { metered_now = this; }

HeapMeter::~HeapMeter() { metered_now = before_; }

bool HeapMeter::take(std::size_t bytes) {
  // SQLite asks nobody while it prepares a statement, and that may take long, too.
  constexpr unsigned kSome = 256;
  if (++calls_ % kSome == 0) {
    try {
      store::check_read_limit();
    } catch (const store::ReadStopped&) {
      return false;
    }
  }
  try {
    charge_.add(bytes);
    return true;
  } catch (const OverBudget& over) {
    refused_ = true;
    alone_ = over.alone();
    return false;
  }
}

void HeapMeter::throw_refusal() const {
  store::check_read_limit();
  if (refused_) throw OverBudget{alone_};
}

void HeapMeter::install() {
  static std::once_flag once;
  std::call_once(once, [] {
    static const sqlite3_mem_methods kHeap{
        &MeteredHeap::take,     &MeteredHeap::give_back, &MeteredHeap::resize, &MeteredHeap::size_of,
        &MeteredHeap::round_up, &MeteredHeap::begin,     &MeteredHeap::end,    nullptr};
    sqlite3_config(SQLITE_CONFIG_MALLOC, &kHeap);
    // Its own figures would cost a mutex for each piece of memory.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_initialize();
  });
}

HeapCharge::HeapCharge(std::size_t bytes) : bytes_(bytes) {
  if (metered_now != nullptr && !metered_now->take(bytes)) throw std::bad_alloc{};
}

HeapCharge::~HeapCharge() {
  if (metered_now != nullptr) metered_now->charge_.give_back(bytes_);
}

void HeapText::append(std::string_view text) {
  if (text.empty()) return;
  if (size_ + text.size() > room_) {
    constexpr std::size_t kLeast = 64;
    const std::size_t room = std::max({size_ + text.size(), room_ + room_ / 2, kLeast});
    void* const grown = sqlite3_realloc64(bytes_, room);
    if (grown == nullptr) throw std::bad_alloc{};
    bytes_ = static_cast<char*>(grown);
    room_ = room;
  }
  std::memcpy(bytes_ + size_, text.data(), text.size());
  size_ += text.size();
}

}  // namespace trailkeeper::query::sql
