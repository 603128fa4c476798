// Documents straight from HTTP bodies and from TCP connections: NDJSON, arrays, `{"Records":[…]}`, one after the other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "event/framer.h"
#include "ingest/delivery.h"

namespace trailkeeper::ingest {

/// Takes a whole body (without copying it) and finds its documents; all are item 0. Leaves the delivery sealed.
void decode_json(std::string body, Delivery& delivery);

/// Finds documents in a connection's bytes as they come. Not thread-safe.
class JsonLineDecoder {
 public:
  /// Appends the documents found in `window`, which is all that wasn't consumed yet, to `delivery`. Returns how many
  /// bytes are done with; the caller gives the rest again, with more behind it. `last`: no more bytes come. The window
  /// must be followed by event::kPadding readable bytes.
  std::size_t decode(std::string_view window, bool last, Delivery& delivery);

  /// Bytes that were neither taken nor kept: the rest of documents that were given up.
  [[nodiscard]] std::uint64_t dropped() const { return framer_.passed_over(); }

  /// A window that holds no end of a document after so many bytes is given up (as a rejected record): it never needs to
  /// be larger.
  static constexpr std::size_t kMaxWindow = event::Framer::kMaxUnfinished + (std::size_t{1} << 20);

 private:
  event::Framer framer_;
  std::vector<event::Frame> frames_;
};

}  // namespace trailkeeper::ingest
