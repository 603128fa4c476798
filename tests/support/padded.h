// Text followed by the readable bytes that parsers ask for.
#pragma once

#include <string>
#include <string_view>

#include "event/reject.h"

namespace trailkeeper::tests {

class Padded {
 public:
  explicit Padded(std::string_view text) : bytes_(text), size_(text.size()) { bytes_.append(event::kPadding, '\0'); }
  [[nodiscard]] std::string_view view() const { return std::string_view{bytes_}.substr(0, size_); }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)

 private:
  std::string bytes_;
  std::size_t size_;
};

}  // namespace trailkeeper::tests
