// Syslog over TCP: RFC 5424 messages (RFC 3164 tolerated), framed as RFC 6587 says.
#pragma once

#include <string>
#include <string_view>

#include "ingest/delivery.h"

namespace trailkeeper::ingest {

/// Finds syslog messages in a connection's bytes as they come, and the JSON in them. Each message is framed either by
/// octet counting (RFC 6587 section 3.4.1) or by a line feed (3.4.2), told apart by its first byte. What stands before
/// the JSON is passed over: PRI, the headers of RFC 5424 (with structured data and a byte order mark before MSG) or of
/// RFC 3164 (with its TAG), the cookie `@cee:`. A bare JSON line is taken, too. A message without JSON is a rejected
/// record, kept whole. Not thread-safe.
class SyslogDecoder {
 public:
  /// As JsonLineDecoder::decode, but needs no padding. Everything is item 0.
  std::size_t decode(std::string_view window, bool last, Delivery& delivery);

  /// What is wrong with the framing, so that nothing behind it can be understood: the connection should be closed.
  /// Empty if nothing is.
  [[nodiscard]] const std::string& broken() const { return broken_; }

  /// Bytes that were neither taken nor kept: the rest of lines that were too long, and what stood at and behind the
  /// place that broke the framing.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  /// Longest message (a larger count breaks the framing; of a longer line the first kKeptOfTooLong bytes are kept as a
  /// rejected record, and the rest of it is passed over).
  static constexpr std::size_t kMaxMessage = event::kMaxRecordBytes + (std::size_t{64} << 10);
  static constexpr std::size_t kKeptOfTooLong = std::size_t{64} << 10;
  static constexpr std::size_t kMaxWindow = kMaxMessage + 16;

 private:
  // Each takes one frame from the front of `rest` and returns its length; 0: it isn't complete yet.
  std::size_t take_counted(std::string_view rest, bool last, Delivery& delivery);
  std::size_t take_line(std::string_view rest, bool last, Delivery& delivery);

  std::string broken_;
  std::uint64_t dropped_ = 0;
  bool skipping_ = false;  // Inside a line that is too long.
};

}  // namespace trailkeeper::ingest
