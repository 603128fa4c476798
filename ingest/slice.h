// The units of work that flow through the pipeline.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "event/framer.h"

namespace trailkeeper::ingest {

/// Consecutive bytes of one source, cut where a document ends.
struct Slice {
  std::shared_ptr<const std::string> source;
  std::uint64_t offset = 0;  ///< Of the first byte in the (decompressed) source.
  std::uint64_t line = 1;    ///< Of the first byte.
  std::string bytes;         ///< With event::kPadding bytes more than `size`.
  std::size_t size = 0;
  std::vector<event::Frame> frames;
  bool last = false;  ///< The source ends with this slice.
};

/// Small files, read and framed by the worker that takes the batch.
struct FileBatch {
  std::vector<std::string> paths;
};

}  // namespace trailkeeper::ingest
