#include "ingest/layer_stream.h"

#include <algorithm>
#include <utility>

namespace trailkeeper::ingest {
namespace {

// What is decoded at once between two layers.
constexpr std::size_t kBetweenLayers = std::size_t{64} << 10;

}  // namespace

// The content of the outermost `layers` layers: of none of them it is `in`.
bool LayerStream::content(std::size_t layers, std::string_view& in, std::size_t room, std::string& out) {
  if (layers == 0) {
    const std::size_t size = std::min(room, in.size());
    out.append(in.substr(0, size));
    in.remove_prefix(size);
    return true;
  }
  Layer& layer = layers_[layers - 1];
  bool sound = true;
  if (layer.taken == layer.input.size()) {
    layer.input.clear();
    layer.taken = 0;
    if (layers == 1) {
      const std::size_t before = out.size();
      const bool outermost = (in.empty() && !ending_) || layer.stream->step(in, room, out);
      passed_ += out.size() - before;
      return outermost;
    }
    sound = content(layers - 1, in, kBetweenLayers, layer.input);
  }
  std::string_view rest = std::string_view{layer.input}.substr(layer.taken);
  const std::size_t size = rest.size();
  // Nothing says that no more comes.
  if (size == 0 && !ending_) return sound;
  const std::size_t before = out.size();
  const bool decoded = layer.stream->step(rest, room, out);
  passed_ += out.size() - before;
  layer.taken += size - rest.size();
  taken_ += size - rest.size();
  return sound && decoded;
}

// Gathers the first bytes of the innermost content; once they suffice, or are all there are, sees what it is.
bool LayerStream::look_for_layer(std::string_view& in) {
  while (head_.size() < kTellingBytes) {
    const std::uint64_t before = progress();
    const std::size_t left = in.size();
    if (!content(layers_.size(), in, kTellingBytes - head_.size(), head_)) return false;
    if (progress() != before || in.size() != left) continue;
    if (!ending_) return true;
    break;
  }
  const Compression compression = compression_of(head_);
  if (compression == Compression::none || layers_.size() == kMaxLayers) {
    plain_ = true;
    return true;
  }
  Layer layer;
  layer.stream = make_decompression_stream(compression, limit_);
  layer.input = std::exchange(head_, {});
  layers_.push_back(std::move(layer));
  return true;
}

bool LayerStream::step(std::string_view& in, std::size_t room, std::string& out) {
  ending_ = in.empty();
  while (!plain_) {
    const std::size_t layers = layers_.size();
    if (!look_for_layer(in)) return false;
    // More input is needed to tell.
    if (!plain_ && (layers_.size() == layers || limit_ == WindowLimit::of_a_request)) return true;
  }
  const std::size_t end = out.size() + room;
  const std::size_t given = std::min(room, head_.size());
  out.append(head_, 0, given);
  head_.erase(0, given);
  while (head_.empty() && out.size() < end) {
    const std::uint64_t before = progress();
    const std::size_t left = in.size();
    if (!content(layers_.size(), in, end - out.size(), out)) return false;
    if (progress() == before && in.size() == left) break;
  }
  return true;
}

bool LayerStream::complete() const {
  return plain_ && head_.empty() && std::all_of(layers_.begin(), layers_.end(), [](const Layer& layer) {
           return layer.taken == layer.input.size() && layer.stream->complete();
         });
}

std::size_t LayerStream::memory() const {
  std::size_t bytes = head_.capacity();
  for (const Layer& layer : layers_) bytes += layer.input.capacity() + layer.stream->memory();
  return bytes;
}

const GzipMembers& LayerStream::members() const {
  return layers_.size() == 1 ? layers_.front().stream->members() : DecompressionStream::members();
}

UnpackResult unpack(std::string_view bytes, std::size_t limit, std::string& out, WindowLimit window) {
  if (compression_of(bytes) == Compression::none) {
    if (bytes.size() > limit) return UnpackResult::too_large;
    out.append(bytes);
    return UnpackResult::ok;
  }
  constexpr std::size_t kStep = std::size_t{1} << 20;
  LayerStream stream{window};
  const std::size_t begin = out.size();
  while (true) {
    const std::size_t left = bytes.size();
    const std::uint64_t done = stream.progress();
    if (!stream.step(bytes, kStep, out)) return UnpackResult::damaged;
    if (out.size() - begin > limit) return UnpackResult::too_large;
    if (left == 0 && stream.progress() == done) break;
  }
  return stream.complete() ? UnpackResult::ok : UnpackResult::damaged;
}

bool unpack_of_a_request(std::string_view bytes, std::size_t limit, std::string& out) {
  return unpack(bytes, limit, out, WindowLimit::of_a_request) == UnpackResult::ok;
}

}  // namespace trailkeeper::ingest
