// Documents straight from HTTP bodies and from TCP connections: NDJSON, arrays, `{"Records":[…]}`, one after the other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "event/framer.h"
#include "ingest/wire/body_decoder.h"

namespace trailkeeper::ingest {

/// Finds documents in a body, or in a connection's bytes as they come; all are item 0. Not thread-safe.
class JsonLineDecoder : public BodyDecoder {
 public:
  explicit JsonLineDecoder(std::uint32_t item = 0) : item_(item) {}

  /// Nothing is wrong with a body as a whole.
  WireResult<std::size_t> decode(std::string_view window, bool last, Delivery& delivery) override;

  /// Bytes that were neither taken nor kept: the rest of documents that were given up.
  [[nodiscard]] std::uint64_t dropped() const { return framer_.passed_over(); }

  /// A window that holds no end of a document after this many bytes is given up (as a rejected record): it never needs
  /// to be larger.
  static constexpr std::size_t kMaxWindow = event::Framer::kMaxUnfinished + (std::size_t{1} << 20);

 private:
  std::uint32_t item_;
  event::Framer framer_{false, event::Framer::Ends::whole};
  std::vector<event::Frame> frames_;
};

}  // namespace trailkeeper::ingest
