// How much may be held for requests and messages that aren't complete.
#pragma once

#include <cstddef>

#include "serve/admission.h"

namespace trailkeeper::serve {

/// Counts bytes against a limit. Used in the server's thread only.
class Budget {
 public:
  explicit Budget(std::size_t limit) : limit_(limit) {}
  [[nodiscard]] std::size_t used() const { return used_; }

  /// One holder's part; given back when it goes.
  class Share {
   public:
    /// Only for who was let in.
    Share(Budget& budget, const Admission&) : budget_(budget) {}
    ~Share() {
      budget_.used_ -= held_;
      if (budget_.first_ == this) budget_.first_ = nullptr;
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// Holds so many bytes from now on; false, and nothing changes, if that is more than there is.
    [[nodiscard]] bool hold(std::size_t bytes) {
      if (bytes > held_ && budget_.used_ + (bytes - held_) > budget_.limit_) return false;
      budget_.used_ = budget_.used_ - held_ + bytes;
      held_ = bytes;
      return true;
    }

    /// The same for somebody who waits until it is true. One at a time may go beyond the limit, until it holds less
    /// again: where everybody waits for the rest of a message, somebody's has to come in whole.
    [[nodiscard]] bool hold_in_turn(std::size_t bytes) {
      if (hold(bytes)) return true;
      if (budget_.first_ != nullptr && budget_.first_ != this) return false;
      budget_.first_ = this;
      budget_.used_ = budget_.used_ - held_ + bytes;
      held_ = bytes;
      return true;
    }

    /// Holds so many bytes that are in memory already, as another share had room for them: never refused.
    void carry(std::size_t bytes) {
      budget_.used_ = budget_.used_ - held_ + bytes;
      held_ = bytes;
    }

    /// Holds no more than so many bytes. Who was beyond the limit isn't any more once all together are within it.
    void shrink(std::size_t bytes) {
      if (bytes < held_) {
        budget_.used_ = budget_.used_ - held_ + bytes;
        held_ = bytes;
      }
      if (budget_.first_ == this && budget_.used_ <= budget_.limit_) budget_.first_ = nullptr;
    }

   private:
    Budget& budget_;
    std::size_t held_ = 0;
  };

 private:
  std::size_t limit_;
  std::size_t used_ = 0;
  const Share* first_ = nullptr;  // Who is beyond the limit.
};

}  // namespace trailkeeper::serve
