// How much may be held for requests and messages that aren't complete.
#pragma once

#include <cassert>
#include <cstddef>
#include <map>
#include <string>

#include "serve/admission.h"

namespace trailkeeper::serve {

/// Counts bytes against a limit: those of all holders together against the limit itself, those of one peer, and of one
/// listener, against three quarters of it, where holders of only a little don't count. The last quarter is for other
/// peers and listeners, and for any that hold little: however much somebody sends, others' requests come in. Used in
/// the server's thread only.
class Budget {
 public:
  explicit Budget(std::size_t limit) : limit_(limit), limit_of_one_(limit - limit / 4) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] std::size_t limit() const { return limit_; }

  /// A holder of no more than this is in nobody's way.
  static constexpr std::size_t kLittle = std::size_t{64} << 10;

  /// One holder's share; given back at its end.
  class Share {
   public:
    /// The admission shows that its holder was let in.
    Share(Budget& budget, const Admission& admission)
        : budget_(budget), peer_("peer " + admission.peer()), listener_("listener " + admission.listener()) {}
    ~Share() {
      if (budget_.first_ == this) budget_.first_ = nullptr;
      set(0);
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// Holds `bytes` from now on; false, and nothing changes, if there isn't room for that many.
    [[nodiscard]] bool hold(std::size_t bytes) {
      if (bytes > held_ && !fits(bytes)) return false;
      set(bytes);
      return true;
    }

    /// The same for a holder that waits until it is true. One at a time may exceed the limits, until it holds less
    /// again: when everybody waits for the rest of a message, one message has to come in whole. While the limits are
    /// exceeded already, whoever the holder is, nobody else begins to exceed them. So all together never exceed them by
    /// more than one message.
    [[nodiscard]] bool hold_in_turn(std::size_t bytes) {
      if (hold(bytes)) return true;
      settle();
      if (budget_.first_ != this && (budget_.first_ != nullptr || !(beyond_ || nearly_within()))) return false;
      step_ = held_;
      go_beyond(bytes);
      budget_.first_ = this;
      return true;
    }

    /// Holds `bytes` that are in memory already, because another share had room for them: never refused. If that
    /// exceeds the limits, others wait until it doesn't any more.
    void carry(std::size_t bytes) {
      if (bytes > held_ && !fits(bytes)) return go_beyond(bytes);
      set(bytes);
    }

    /// Reduces what it holds to `bytes`, if it holds more. A holder whose turn it was loses its turn once it holds no
    /// more than before it last went further.
    void shrink(std::size_t bytes) {
      if (bytes < held_) set(bytes);
      if (budget_.first_ == this && held_ <= step_) budget_.first_ = nullptr;
    }

   private:
    [[nodiscard]] bool fits(std::size_t bytes) const {
      const std::size_t more = bytes - held_;
      if (budget_.used_ + more > budget_.limit_) return false;
      if (bytes <= kLittle) return true;
      return budget_.used_by(peer_) + bytes - counted(held_) <= budget_.limit_of_one_ &&
             budget_.used_by(listener_) + bytes - counted(held_) <= budget_.limit_of_one_;
    }
    static std::size_t counted(std::size_t bytes) { return bytes > kLittle ? bytes : 0; }
    [[nodiscard]] bool within(std::size_t excess) const {
      return budget_.used_ <= budget_.limit_ + excess && budget_.used_by(peer_) <= budget_.limit_of_one_ + excess &&
             budget_.used_by(listener_) <= budget_.limit_of_one_ + excess;
    }
    // The rest of a message whose turn is over is no reason to make everybody wait.
    [[nodiscard]] bool nearly_within() const { return within(budget_.limit_ / 16); }
    void go_beyond(std::size_t bytes) {
      if (!beyond_) base_ = held_;
      beyond_ = true;
      set(bytes);
    }
    // Checks whether it still exceeds the limits.
    void settle() {
      if (beyond_ && (held_ <= base_ || within(0))) beyond_ = false;
      if (budget_.first_ == this && !beyond_) budget_.first_ = nullptr;
    }
    void set(std::size_t bytes) {
      if (bytes == held_) return;
      for (const std::string& name : {peer_, listener_}) {
        std::size_t& used = budget_.used_by_[name];
        assert(used >= counted(held_));
        used = used - counted(held_) + counted(bytes);
        if (used == 0) budget_.used_by_.erase(name);
      }
      assert(budget_.used_ >= held_);
      budget_.used_ = budget_.used_ - held_ + bytes;
      held_ = bytes;
      settle();
      // Perhaps the limits aren't exceeded any more: then the next may go.
      if (budget_.first_ != nullptr) budget_.first_->settle();
    }

    Budget& budget_;
    std::string peer_;
    std::string listener_;
    std::size_t held_ = 0;
    bool beyond_ = false;   // It exceeded the limits, and still holds part of that.
    std::size_t base_ = 0;  // What it held before.
    std::size_t step_ = 0;  // What it held before it went further, in its turn.
  };

 private:
  [[nodiscard]] std::size_t used_by(const std::string& name) const {
    const auto found = used_by_.find(name);
    return found == used_by_.end() ? 0 : found->second;
  }

  std::size_t limit_;
  std::size_t limit_of_one_;
  std::size_t used_ = 0;
  std::map<std::string, std::size_t> used_by_;  // Those that hold more than a little.
  Share* first_ = nullptr;                      // Whose turn it is to exceed the limits.
};

}  // namespace trailkeeper::serve
