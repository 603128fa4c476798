// What distinguishes events while they are counted: numbers in place of texts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace trailkeeper::query {

/// Gives the events of one segment numbers, by a property of theirs. Not thread-safe.
class EventNumbers {
 public:
  EventNumbers() = default;
  EventNumbers(const EventNumbers&) = delete;
  EventNumbers& operator=(const EventNumbers&) = delete;
  virtual ~EventNumbers() = default;

  /// Bits that every number fits.
  [[nodiscard]] virtual unsigned bits() const = 0;
  /// Adds each event's (ascending) number, shifted, to its place in `numbers`.
  virtual void add_numbers(std::span<const std::uint32_t> events, unsigned shift, std::span<std::uint64_t> numbers) = 0;
  /// The text behind a number, as it is shown; nothing for 0. Valid as long as `scratch`, and until the next call.
  [[nodiscard]] virtual std::optional<std::string_view> text(std::uint64_t number, std::string& scratch) = 0;
};

}  // namespace trailkeeper::query
