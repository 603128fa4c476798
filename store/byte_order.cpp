#include "store/byte_order.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>

namespace trailkeeper::store {
namespace {

using Append = std::function<void(std::uint32_t, std::string&)>;

/// A piece of one's text.
struct Window {
  std::string bytes;
  std::uint32_t number;
};

class Sorter {
 public:
  Sorter(std::uint32_t count, const Append& append) : append_(append), numbers_(count) {
    std::iota(numbers_.begin(), numbers_.end(), 0U);
  }

  std::vector<std::uint32_t> run() {
    // A stack rather than recursion: texts may agree for long.
    pending_.push_back({0, numbers_.size(), 0});
    while (!pending_.empty()) {
      const Run run = pending_.back();
      pending_.pop_back();
      if (run.end - run.begin < 2) continue;
      refine(run, run.agreed == 0 ? 0 : agreement(run));
    }
    return std::move(numbers_);
  }

 private:
  // Numbers whose texts agree in their first bytes.
  struct Run {
    std::size_t begin;
    std::size_t end;
    std::size_t agreed;
  };

  std::string_view text_of(std::uint32_t number) {
    text_.clear();
    append_(number, text_);
    return text_;
  }

  // In how many bytes all texts of a run agree.
  std::size_t agreement(const Run& run) {
    const std::string first{text_of(numbers_[run.begin])};
    std::size_t agreed = first.size();
    for (std::size_t i = run.begin + 1; i < run.end && agreed > run.agreed; ++i) {
      const std::string_view text = text_of(numbers_[i]);
      const std::size_t limit = std::min(agreed, text.size());
      agreed = static_cast<std::size_t>(
          std::mismatch(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(limit), text.begin()).first -
          first.begin());
    }
    return agreed;
  }

  // Sorts a run by the bytes from `offset` on; where these agree too, it is looked at again.
  void refine(const Run& run, std::size_t offset) {
    constexpr std::size_t kLeast = 64;
    const std::size_t width = std::max(kLeast, kHeldBytes / (run.end - run.begin));
    std::vector<Window> windows;
    windows.reserve(run.end - run.begin);
    for (std::size_t i = run.begin; i < run.end; ++i) {
      const std::string_view text = text_of(numbers_[i]);
      windows.push_back({std::string{text.substr(std::min(offset, text.size()), width)}, numbers_[i]});
    }
    std::sort(windows.begin(), windows.end(), [](const Window& a, const Window& b) {
      const int compared = a.bytes.compare(b.bytes);
      return compared != 0 ? compared < 0 : a.number < b.number;
    });
    for (std::size_t i = 0; i < windows.size(); ++i) numbers_[run.begin + i] = windows[i].number;
    for (std::size_t begin = 0; begin < windows.size();) {
      std::size_t end = begin + 1;
      while (end < windows.size() && windows[end].bytes == windows[begin].bytes) ++end;
      // A piece that is shorter than asked for ends where its text does: then these are equal.
      if (windows[begin].bytes.size() == width) {
        pending_.push_back({run.begin + begin, run.begin + end, offset + width});
      }
      begin = end;
    }
  }

  const Append& append_;
  std::vector<std::uint32_t> numbers_;
  std::vector<Run> pending_;
  std::string text_;
};

}  // namespace

std::vector<std::uint32_t> order_by_bytes(std::uint32_t count, const Append& append) {
  return Sorter{count, append}.run();
}

}  // namespace trailkeeper::store
