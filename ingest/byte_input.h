// Where bytes come from: a file, a pipe, a member of an archive, bytes that were read before; and the encodings taken
// off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ingest/decompressor.h"
#include "ingest/file_kind.h"
#include "ingest/layer_stream.h"

namespace trailkeeper::ingest {

/// Bytes, piece by piece. Not thread-safe.
class ByteInput {
 public:
  virtual ~ByteInput() = default;

  /// Up to `room` bytes into `to`; 0 at the end, even if that comes early: then problem() says why.
  virtual std::size_t read(char* to, std::size_t room) = 0;

  /// Why the bytes ended early; empty if they didn't.
  [[nodiscard]] virtual const std::string& problem() const = 0;
};

/// A file descriptor's.
class DescriptorInput : public ByteInput {
 public:
  /// Owns `descriptor`. `ahead`: bytes that were already read from it.
  explicit DescriptorInput(int descriptor, std::string ahead = {});
  ~DescriptorInput() override;
  DescriptorInput(const DescriptorInput&) = delete;
  DescriptorInput& operator=(const DescriptorInput&) = delete;

  std::size_t read(char* to, std::size_t room) override;
  [[nodiscard]] const std::string& problem() const override { return problem_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  int descriptor_;
  std::string ahead_;
  std::string problem_;
  std::uint64_t bytes_ = 0;
};

/// Another input's bytes, with up to kMaxLayers encodings taken off (ingest/decompressor.h). If they expand beyond all
/// reason, that is a problem.
class PlainInput : public ByteInput {
 public:
  /// `stored` must outlive it.
  explicit PlainInput(ByteInput& stored) : stored_(stored) {}

  std::size_t read(char* to, std::size_t room) override;
  [[nodiscard]] const std::string& problem() const override;

  /// The gzip members after the first, so far, if gzip is the only encoding.
  [[nodiscard]] GzipMembers members() const { return stream_ ? stream_->members() : GzipMembers{}; }

  /// The first bytes, up to kPeek; read() gives them again. Before the first read().
  std::string_view peek();

  static constexpr std::size_t kPeek = kToldBy;
  /// More bytes than this, made from few stored ones, aren't believed, beyond kUnquestioned.
  static constexpr std::uint64_t kMaxExpansion = 2000;
  static constexpr std::uint64_t kUnquestioned = std::uint64_t{256} << 20;

 private:
  void begin();
  std::size_t give(char* to, std::size_t room);
  void decode(std::size_t room);

  ByteInput& stored_;
  std::string piece_;
  std::string_view rest_;  // Of `piece_`: not decoded yet, or, without a stream, not given yet.
  std::unique_ptr<LayerStream> stream_;
  std::string plain_;
  std::string_view plain_rest_;  // Of `plain_`: not given yet.
  std::string head_;             // Peeked at, to be given first.
  std::size_t head_given_ = 0;
  std::string problem_;
  std::uint64_t stored_bytes_ = 0;
  std::uint64_t plain_bytes_ = 0;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace trailkeeper::ingest
