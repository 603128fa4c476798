// A body as it comes out of its Content-Encoding, a window at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "event/reject.h"
#include "ingest/layer_stream.h"

namespace trailkeeper::ingest {

enum class DecodeResult { ok, unknown_encoding, damaged, too_large };

/// Gives a body's content from front to back; a compressed body is never in memory as a whole. Not thread-safe.
class BodyWindow {
 public:
  /// `encoding`: a Content-Encoding (RFC 9110 section 8.4): empty, `identity`, `gzip`, `x-gzip`, `zstd` or `deflate`.
  /// Any encodings that the bytes show beneath that, declared or not, are taken off, too, as in a replayed file
  /// (LayerStream). `limit`: bytes that may come out.
  BodyWindow(std::string body, std::string_view encoding, std::size_t limit);

  /// What is there now; followed by event::kPadding readable bytes. Valid until grow() or consume().
  [[nodiscard]] std::string_view view() const { return {bytes_.data() + begin_, size_ - begin_}; }
  /// Whether nothing follows the view.
  [[nodiscard]] bool last() const { return last_; }
  /// Lets the first bytes of the view go.
  void consume(std::size_t count) { begin_ += count; }
  /// Brings more into view, some 256 KiB. False if it can't: result() says why.
  bool grow();

  [[nodiscard]] DecodeResult result() const { return result_; }
  /// Bytes that have been decompressed.
  [[nodiscard]] std::size_t taken_out() const { return out_; }
  /// Grows with what is decompressed, including layers that yield nothing.
  [[nodiscard]] std::uint64_t work() const { return stream_ ? stream_->progress() : 0; }
  /// Whether there is something to decompress.
  [[nodiscard]] bool compressed() const { return stream_ != nullptr; }
  /// Heap bytes, about. grow() adds no more than what it brings into view, apart from what it takes to detect a layer.
  [[nodiscard]] std::size_t memory() const;

 private:
  void start();
  void end(DecodeResult result);

  std::string bytes_;       // Decompressed.
  std::string compressed_;  // Empty when there is nothing to decompress.
  std::string_view rest_;   // Of it.
  std::unique_ptr<LayerStream> stream_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::size_t out_ = 0;  // Bytes that have come out.
  std::size_t limit_;
  bool last_ = false;
  DecodeResult result_ = DecodeResult::ok;
};

}  // namespace trailkeeper::ingest
