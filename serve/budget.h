// How much may be held for requests and messages that aren't complete.
#pragma once

#include <cassert>
#include <cstddef>
#include <map>
#include <string>

#include "serve/admission.h"

namespace trailkeeper::serve {

/// Counts bytes against a limit: of all holders together, and of those of one peer, and of one listener, against three
/// quarters of it. The last quarter is for other peers and listeners, and for those of any that hold little: however
/// much somebody sends, others' requests come in. Used in the server's thread only.
class Budget {
 public:
  explicit Budget(std::size_t limit) : limit_(limit), limit_of_one_(limit - limit / 4) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] std::size_t limit() const { return limit_; }

  /// Who holds no more than this isn't in anybody's way.
  static constexpr std::size_t kLittle = std::size_t{64} << 10;

  /// One holder's part; given back when it goes.
  class Share {
   public:
    /// Only for who was let in.
    Share(Budget& budget, const Admission& admission)
        : budget_(budget), peer_("peer " + admission.peer()), listener_("listener " + admission.listener()) {}
    ~Share() {
      if (budget_.first_ == this) budget_.first_ = nullptr;
      set(0);
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// Holds so many bytes from now on; false, and nothing changes, if that is more than there is.
    [[nodiscard]] bool hold(std::size_t bytes) {
      if (bytes > held_ && !fits(bytes)) return false;
      set(bytes);
      return true;
    }

    /// The same for somebody who waits until it is true. One at a time may go beyond the limit, until it holds less
    /// again: where everybody waits for the rest of a message, somebody's has to come in whole.
    [[nodiscard]] bool hold_in_turn(std::size_t bytes) {
      if (hold(bytes)) return true;
      if (budget_.first_ != nullptr && budget_.first_ != this) return false;
      within_ = held_;
      set(bytes);
      if (budget_.used_ > budget_.limit_) budget_.first_ = this;
      return true;
    }

    /// Holds so many bytes that are in memory already, as another share had room for them: never refused.
    void carry(std::size_t bytes) { set(bytes); }

    /// Holds no more than so many bytes. Who was beyond the limit isn't any more once all together are within it, or it
    /// holds no more than before.
    void shrink(std::size_t bytes) {
      if (bytes < held_) set(bytes);
      if (budget_.first_ == this && (budget_.used_ <= budget_.limit_ || held_ <= within_)) budget_.first_ = nullptr;
    }

   private:
    [[nodiscard]] bool fits(std::size_t bytes) const {
      const std::size_t more = bytes - held_;
      if (budget_.used_ + more > budget_.limit_) return false;
      if (bytes <= kLittle) return true;
      return budget_.used_by(peer_) + more <= budget_.limit_of_one_ &&
             budget_.used_by(listener_) + more <= budget_.limit_of_one_;
    }
    void set(std::size_t bytes) {
      if (bytes == held_) return;
      for (const std::string& name : {peer_, listener_}) {
        std::size_t& used = budget_.used_by_[name];
        assert(used >= held_);
        used = used - held_ + bytes;
        if (used == 0) budget_.used_by_.erase(name);
      }
      assert(budget_.used_ >= held_);
      budget_.used_ = budget_.used_ - held_ + bytes;
      held_ = bytes;
      // Nobody is beyond the limit any more: the next may go.
      if (budget_.used_ <= budget_.limit_) budget_.first_ = nullptr;
    }

    Budget& budget_;
    std::string peer_;
    std::string listener_;
    std::size_t held_ = 0;
    std::size_t within_ = 0;  // Before it went beyond the limit.
  };

 private:
  [[nodiscard]] std::size_t used_by(const std::string& name) const {
    const auto found = used_by_.find(name);
    return found == used_by_.end() ? 0 : found->second;
  }

  std::size_t limit_;
  std::size_t limit_of_one_;
  std::size_t used_ = 0;
  std::map<std::string, std::size_t> used_by_;  // Those that hold something.
  const Share* first_ = nullptr;                // Who is beyond the limit.
};

}  // namespace trailkeeper::serve
