// How much memory the answers of queries may take together.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace trailkeeper::query {

/// Something that is being made had no room in a budget.
class OverBudget : public std::runtime_error {
 public:
  /// `alone`: it would have no room even if there were nothing else.
  explicit OverBudget(bool alone) : std::runtime_error("over the memory for queries"), alone_(alone) {}
  [[nodiscard]] bool alone() const { return alone_; }

 private:
  bool alone_;
};

/// Counts bytes against a limit. Thread-safe; outlives its charges.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t limit) : limit_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  [[nodiscard]] std::size_t limit() const { return limit_; }
  [[nodiscard]] std::size_t used() const { return used_; }

  /// One holder's share; given back at its end. Used by one thread at a time.
  class Charge {
   public:
    Charge() = default;
    /// Null: everything is allowed.
    explicit Charge(MemoryBudget* budget) : budget_(budget) {}
    Charge(Charge&& other) noexcept { swap(other); }
    Charge& operator=(Charge&& other) noexcept {
      Charge{std::move(other)}.swap(*this);
      return *this;
    }
    ~Charge() {
      if (budget_ != nullptr) budget_->used_ -= taken_;
    }

    /// Call it before taking `bytes` more. Throws OverBudget, and nothing changes.
    void add(std::size_t bytes) {
      if (!try_add(bytes)) throw OverBudget{taken_ + bytes > budget_->limit_};
    }
    [[nodiscard]] bool try_add(std::size_t bytes) {
      if (budget_ == nullptr || held_ + bytes <= taken_) {
        held_ += bytes;
        return true;
      }
      // Many small ones are taken from the common count at once.
      const std::size_t missing = held_ + bytes - taken_;
      for (const std::size_t more : {std::max(missing, kStep), missing}) {
        if (!budget_->take(more)) continue;
        taken_ += more;
        held_ += bytes;
        return true;
      }
      return false;
    }
    /// Reduces what it holds to `bytes`, if it holds more.
    void shrink(std::size_t bytes) {
      held_ = std::min(held_, bytes);
      if (budget_ == nullptr) return;
      const std::size_t keep = std::min(taken_, held_);
      budget_->used_ -= taken_ - keep;
      taken_ = keep;
    }
    void give_back(std::size_t bytes) { held_ -= std::min(held_, bytes); }
    /// Takes over what the other one held.
    void join(Charge&& other) {
      held_ += std::exchange(other.held_, 0);
      taken_ += std::exchange(other.taken_, 0);
    }
    [[nodiscard]] std::size_t held() const { return held_; }

   private:
    static constexpr std::size_t kStep = std::size_t{64} << 10;
    void swap(Charge& other) {
      std::swap(budget_, other.budget_);
      std::swap(held_, other.held_);
      std::swap(taken_, other.taken_);
    }

    MemoryBudget* budget_ = nullptr;
    std::size_t held_ = 0;
    std::size_t taken_ = 0;  // From the budget.
  };

 private:
  bool take(std::size_t bytes) {
    std::size_t used = used_;
    do {
      if (bytes > limit_ || used > limit_ - bytes) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes));
    return true;
  }

  std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace trailkeeper::query
