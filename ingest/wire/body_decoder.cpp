#include "ingest/wire/body_decoder.h"

namespace trailkeeper::ingest {

WireResult<bool> next_piece(BodyWindow& window, BodyDecoder& decoder, Delivery& piece) {
  const std::size_t before = window.memory() + decoder.memory();
  const std::uint64_t done = window.work();
  while (true) {
    const bool last = window.last() || window.view().size() > BodyDecoder::kMaxWindow;
    const WireResult<std::size_t> done_with = decoder.decode(window.view(), last, piece);
    if (!done_with) return done_with.error();
    window.consume(*done_with);
    if (window.result() != DecodeResult::ok) return false;
    if (piece.full()) return true;
    if (window.last()) return false;
    if (window.memory() + decoder.memory() >= before + kMostGrowth) return true;
    if (window.work() >= done + kMostWork) return true;
    if (!window.grow() && window.result() != DecodeResult::ok) return false;
  }
}

}  // namespace trailkeeper::ingest
