// What a file has after its last line feed or closing bracket.
#pragma once

#include <string_view>
#include <vector>

#include "event/framer.h"

namespace trailkeeper::ingest {

struct FileTail {
  std::vector<event::Frame> frames;  ///< Those with events in them and nothing else.
  bool closed = false;               ///< All of it is whole JSON, as of a file that ends without a line feed.
  bool whole = true;                 ///< Nothing else is there, and nothing is open: there is nothing to wait for.
};

/// Looks at a file's last bytes (followed by event::kPadding readable bytes) as if nothing followed them. `framer`
/// stands before them. Bytes that may be the beginning of a record or line are in no frame.
FileTail tail_of(event::Framer framer, std::string_view bytes);

}  // namespace trailkeeper::ingest
