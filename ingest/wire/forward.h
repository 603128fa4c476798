// The Fluentd Forward protocol, version 1: MessagePack over TCP.
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/delivery.h"
#include "ingest/wire/message_pack.h"
#include "ingest/wire/wire_problem.h"

namespace trailkeeper::ingest {

/// One message of a sender, or part of a large one: its events and, with the last part, the ID of the chunk for which
/// it wants an acknowledgement (empty: none).
struct ForwardMessage {
  Delivery delivery;  ///< Everything is item 0; not sealed.
  std::string chunk;
  bool whole = true;  ///< False: another part of the message follows.
};

/// Finds messages in a connection's bytes as they come: Message, Forward, PackedForward and CompressedPackedForward
/// modes. An event's record is a map; the document is the map written as JSON, or, where it is a shipper's record
/// (event/wrapper.h) with JSON text in it, that text. A record that isn't a map
/// or is too large is a rejected one. Not thread-safe.
class ForwardDecoder {
 public:
  ForwardDecoder();
  ~ForwardDecoder();
  ForwardDecoder(const ForwardDecoder&) = delete;
  ForwardDecoder& operator=(const ForwardDecoder&) = delete;

  /// Appends the messages found in `window`, which is everything that wasn't consumed yet, and no less than what wasn't
  /// consumed the last time. Returns how many bytes are done with. Stops when the messages appended hold kEnough, even
  /// in the middle of a message, because messages may decompress to far more than came: stopped_early() says so, and
  /// the rest is to be given again. A problem (not MessagePack, not a message, beyond a limit) means that nothing more
  /// can be understood: the connection should be closed. Nothing more is appended of a message with a problem; parts
  /// that were appended are never acknowledged.
  WireResult<std::size_t> decode(std::string_view window, std::vector<ForwardMessage>& messages);

  /// Heap bytes that it holds for a message that isn't taken to its end.
  [[nodiscard]] std::size_t memory() const;

  static constexpr std::size_t kMaxMessage = std::size_t{32} << 20;       ///< Bytes of one message.
  static constexpr std::size_t kMaxDecompressed = std::size_t{64} << 20;  ///< Entries of one message.
  static constexpr std::size_t kMaxRecord = 2 * event::kMaxRecordBytes;   ///< Of a larger one the front is kept.
  static constexpr std::size_t kKeptOfTooLarge = std::size_t{64} << 10;
  static constexpr std::size_t kMaxWindow = kMaxMessage;
  /// Bytes of a chunk's ID; the protocol's own are 16 bytes in base64. A message with a longer one breaks the
  /// connection.
  static constexpr std::size_t kMaxChunk = 1024;
  static constexpr std::size_t kEnough = Delivery::kPieceBytes;  ///< Memory of documents and chunks.

  /// Bytes that came and were neither taken nor kept: those at and after the place that broke the connection.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  /// Whether the last decode() stopped because its messages held enough, so that there may be more in the window.
  [[nodiscard]] bool stopped_early() const { return stopped_early_; }

 private:
  struct InProgress;
  using Problem = const char*;  // Why a message can't be understood; null if it can.
  Problem begin_message(std::string_view bytes, std::vector<ForwardMessage>& messages);
  Problem take_parts(std::string_view rest, std::size_t taken, std::vector<ForwardMessage>& messages);

  std::unique_ptr<InProgress> current_;
  std::uint64_t dropped_ = 0;
  bool stopped_early_ = false;
  PackScanner scanner_{kMaxMessage};
};

/// `{"ack": chunk}` in MessagePack.
std::string forward_ack(std::string_view chunk);

}  // namespace trailkeeper::ingest
