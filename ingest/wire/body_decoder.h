// Takes a request's body apart, piece by piece.
#pragma once

#include <cstddef>
#include <string_view>

#include "ingest/delivery.h"
#include "ingest/wire/body_window.h"
#include "ingest/wire/wire_problem.h"

namespace trailkeeper::ingest {

/// One body's decoder. Not thread-safe.
class BodyDecoder {
 public:
  virtual ~BodyDecoder() = default;

  /// Appends to `piece` what it finds at the front of `window`, until the piece is full. Returns how many bytes are
  /// done with: the caller gives the rest again, with more after it. `last`: no more bytes come; then all of them are
  /// done with, unless the piece is full. The window must be followed by event::kPadding readable bytes. A problem
  /// concerns the whole request: nothing may be decoded after it.
  virtual WireResult<std::size_t> decode(std::string_view window, bool last, Delivery& piece) = 0;

  /// Heap bytes that it holds between two calls, about.
  [[nodiscard]] virtual std::size_t memory() const { return 0; }

  /// A larger window in which nothing is complete is given up.
  static constexpr std::size_t kMaxWindow = std::size_t{8} << 20;
};

/// Fills the next piece of a body. False: it is the last one; look at the window's result. A problem is the decoder's.
/// A piece may have no documents. It also ends when window and decoder have come to hold kMostGrowth more than before,
/// so that the caller can check whether there is room for that, and when kMostWork was decompressed, so that the caller
/// can check whether somebody still waits for it.
WireResult<bool> next_piece(BodyWindow& window, BodyDecoder& decoder, Delivery& piece);
constexpr std::size_t kMostGrowth = std::size_t{1} << 20;
constexpr std::uint64_t kMostWork = std::uint64_t{8} << 20;

}  // namespace trailkeeper::ingest
