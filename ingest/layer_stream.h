// Nested encodings, taken off one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/decompressor.h"

namespace trailkeeper::ingest {

/// Takes off encodings as long as the first bytes that come out are those of another: gzip of gzip (Firehose compresses
/// what CloudWatch Logs compressed), gzip of UTF-16. After kMaxLayers the rest is left as it is. Plain data passes
/// through. With a request's data, step() stops where it found a layer, so that memory() can be asked before the layer
/// has allocated its own.
class LayerStream : public DecompressionStream {
 public:
  explicit LayerStream(WindowLimit limit = WindowLimit::of_a_file) : limit_(limit) {}
  bool step(std::string_view& in, std::size_t room, std::string& out) override;
  [[nodiscard]] bool complete() const override;
  /// If gzip is the only encoding.
  [[nodiscard]] const GzipMembers& members() const override;
  [[nodiscard]] std::size_t memory() const override;
  [[nodiscard]] std::size_t layers() const { return layers_.size(); }
  /// Bytes that came out of all layers, including those that other layers are inside.
  [[nodiscard]] std::uint64_t passed() const { return passed_; }
  /// Grows with all work done, even if a layer took bytes and gave none yet.
  [[nodiscard]] std::uint64_t progress() const { return passed_ + taken_ + layers_.size(); }

  static constexpr std::size_t kMaxLayers = 4;

 private:
  /// What an encoding is taken off: of the outermost layer nothing but the bytes seen to tell it.
  struct Layer {
    std::string input;
    std::size_t taken = 0;
    std::unique_ptr<DecompressionStream> stream;
  };
  bool content(std::size_t layers, std::string_view& in, std::size_t room, std::string& out);
  bool look_for_layer(std::string_view& in);

  WindowLimit limit_;
  std::vector<Layer> layers_;
  std::uint64_t passed_ = 0;
  std::uint64_t taken_ = 0;  // Bytes that layers took from one another.
  std::string head_;         // The first bytes of the innermost content, until they tell what it is.
  bool plain_ = false;
  bool ending_ = false;  // No more input will come.
};

/// Takes all encodings off a body of bytes and appends what comes out, up to `limit` bytes.
enum class UnpackResult { ok, damaged, too_large };
UnpackResult unpack(std::string_view bytes, std::size_t limit, std::string& out,
                    WindowLimit window = WindowLimit::of_a_file);

/// The same for compressed data within strings of a body, as event::Unwrapper asks for it: whether all of it came out.
bool unpack_of_a_request(std::string_view bytes, std::size_t limit, std::string& out);

}  // namespace trailkeeper::ingest
