// Reads one source, of any size and compression, as slices.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/decompressor.h"
#include "ingest/slice.h"

namespace trailkeeper::ingest {

/// Reads a file descriptor slice by slice; memory is a few slices, whatever the source's size.
class SliceReader {
 public:
  /// Owns `descriptor`. `take_buffer` gives a string to read into (to be recycled), possibly empty. `ahead`: bytes that
  /// were read from it before.
  SliceReader(int descriptor, std::string source, std::function<std::string()> take_buffer, std::string ahead = {});
  ~SliceReader();
  SliceReader(const SliceReader&) = delete;
  SliceReader& operator=(const SliceReader&) = delete;

  /// The next slice; nothing after the last.
  std::optional<Slice> next();

  /// Why the source ended early: read error or damaged compression. Empty if it didn't.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// Bytes read from the descriptor, as stored.
  [[nodiscard]] std::uint64_t stored_bytes() const { return stored_bytes_; }

 private:
  bool fill(std::string& window, std::size_t& size, std::size_t wanted);
  std::size_t read_some(char* to, std::size_t room);

  int descriptor_;
  std::shared_ptr<const std::string> source_;
  std::function<std::string()> take_buffer_;
  event::Framer framer_;
  std::unique_ptr<DecompressionStream> stream_;
  std::string ahead_;
  std::string compressed_;
  std::string_view compressed_rest_;
  std::string carry_;
  std::string problem_;
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t stored_bytes_ = 0;
  bool started_ = false;
  bool input_ended_ = false;
  bool done_ = false;
};

}  // namespace trailkeeper::ingest
