// How much may be held for requests and messages that aren't complete.
#pragma once

#include <cstddef>

namespace trailkeeper::serve {

/// Counts bytes against a limit. Used in the server's thread only.
class Budget {
 public:
  explicit Budget(std::size_t limit) : limit_(limit) {}
  [[nodiscard]] std::size_t used() const { return used_; }

  /// One holder's part; given back when it goes.
  class Share {
   public:
    explicit Share(Budget& budget) : budget_(budget) {}
    ~Share() { budget_.used_ -= held_; }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// Holds so many bytes from now on; false, and nothing changes, if that is more than there is.
    [[nodiscard]] bool hold(std::size_t bytes) {
      if (bytes > held_ && budget_.used_ + (bytes - held_) > budget_.limit_) return false;
      budget_.used_ = budget_.used_ - held_ + bytes;
      held_ = bytes;
      return true;
    }

   private:
    Budget& budget_;
    std::size_t held_ = 0;
  };

 private:
  std::size_t limit_;
  std::size_t used_ = 0;
};

}  // namespace trailkeeper::serve
