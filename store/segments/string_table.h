// A dictionary under construction: strings to dense codes, in the order they first came.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trailkeeper::store {

class StringTable {
 public:
  /// The code of `text`, new if it hasn't been seen. `text` may be up to 16 MiB; a table holds up to 4 GiB in all.
  /// A table whose strings hardly ever repeat stops looking for repetitions: then equal strings may get several codes.
  std::uint32_t code_of(std::string_view text);

  [[nodiscard]] std::string_view operator[](std::uint32_t code) const {
    const std::uint32_t begin = code == 0 ? 0 : ends_[code - 1];
    return std::string_view{bytes_}.substr(begin, ends_[code] - begin);
  }
  /// Forgets all strings; keeps the memory.
  void clear();

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }
  [[nodiscard]] std::size_t memory() const {
    return bytes_.capacity() + ends_.capacity() * sizeof(ends_[0]) + slots_.capacity() * sizeof(Slot);
  }

 private:
  struct Slot {
    std::uint32_t hash;
    std::uint32_t code_plus_one;  // 0: empty.
  };
  void grow();
  std::uint32_t append(std::string_view text);

  std::string bytes_;
  std::vector<std::uint32_t> ends_;
  std::vector<Slot> slots_;  // Open addressing, linear probing, at most 3/4 full.
  std::uint64_t lookups_ = 0;
};

}  // namespace trailkeeper::store
