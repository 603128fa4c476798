// Cuts one source's plain bytes into slices.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ingest/byte_input.h"
#include "ingest/slice.h"

namespace trailkeeper::ingest {

/// Memory is a few slices, whatever the source's size. Not thread-safe.
class SliceReader {
 public:
  /// `bytes` must outlive it. `take_buffer` gives a string to read into (to be recycled), possibly empty.
  SliceReader(ByteInput& bytes, std::string source, std::function<std::string()> take_buffer);

  /// The next slice; nothing after the last.
  std::optional<Slice> next();

 private:
  bool fill(std::string& window, std::size_t& size, std::size_t wanted);

  ByteInput& bytes_;
  std::shared_ptr<const std::string> source_;
  std::function<std::string()> take_buffer_;
  event::Framer framer_;
  std::string carry_;
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
  bool done_ = false;
};

}  // namespace trailkeeper::ingest
