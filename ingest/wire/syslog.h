// Syslog over TCP: RFC 5424 messages (RFC 3164 tolerated), framed as RFC 6587 says.
#pragma once

#include <string>
#include <string_view>

#include "ingest/delivery.h"
#include "ingest/wire/wire_problem.h"

namespace trailkeeper::ingest {

/// Finds syslog messages in a connection's bytes as they come, and the JSON in them. A message whose first byte is a
/// digit is framed by octet counting (RFC 6587 section 3.4.1). Any other ends at a line feed or NUL (3.4.2), or where
/// its JSON text ends, as some senders put nothing between messages: on a connection on which no line end has come yet,
/// and where what follows begins a message (with PRI, a count and PRI, or `{`), or where nothing follows: the
/// connection has ended, or rested (rest()). Else what stands behind a JSON text is of its message, up to the line's
/// end. So it is the bytes that tell messages, however they were read. A JSON text may be laid out over lines.
///
/// Text before the JSON is skipped: PRI, the headers of RFC 5424 (with structured data and a byte order mark
/// before MSG) or of RFC 3164 (with its TAG), the cookie `@cee:`. A bare JSON text is taken, too. A message without
/// JSON is a rejected record, kept whole. Each byte is looked at a bounded number of times, however few come at once.
/// Not thread-safe.
class SyslogDecoder {
 public:
  /// As BodyDecoder::decode, but needs no padding. Everything is item 0. A problem is one of the framing, so that
  /// nothing after it can be understood: the connection should be closed. What came before is in the delivery.
  WireResult<std::size_t> decode(std::string_view window, bool last, Delivery& delivery);

  /// Whether all that the next message waits for is what follows its JSON text, where nothing may follow for long.
  [[nodiscard]] bool waits() const { return scan_.behind && !scan_.words && !lines_ && !skipping_; }

  /// Says to the next decode() that nothing has followed for a while: the message for which it waits has ended.
  void rest() { rested_ = true; }

  /// Bytes that were neither taken nor kept: the rest of messages that were too long, and the bytes at and after the
  /// place that broke the framing.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  /// Longest message (a larger count breaks the framing; of another that is longer the first kKeptOfTooLong bytes are
  /// kept as a rejected record, and the rest of it is passed over).
  static constexpr std::size_t kMaxMessage = event::kMaxRecordBytes + (std::size_t{64} << 10);
  static constexpr std::size_t kKeptOfTooLong = std::size_t{64} << 10;
  static constexpr std::size_t kMaxWindow = kMaxMessage + 16;

 private:
  // Where the search for the end of the message at the window's front stands.
  struct Scan {
    std::size_t at = 0;
    std::size_t braces = 0;  // Tried as the JSON text's beginning.
    std::size_t depth = 0;   // Of brackets in the JSON text; 0: it hasn't begun.
    bool in_string = false;
    bool escaped = false;
    bool behind = false;  // The JSON text has ended.
    bool words = false;   // There is something behind it.
    char before = '\0';   // The last byte that isn't white space, if it is no longer in the window.
  };
  enum class End : std::uint8_t { none, line, json };

  // Each takes something from the front of `rest` and returns its length; 0: more bytes are needed.
  WireResult<std::size_t> take_next(std::string_view rest, bool last, Delivery& delivery);
  std::size_t take_blank(std::string_view rest);
  WireResult<std::size_t> take_counted(std::string_view rest, bool last, Delivery& delivery);
  std::size_t take_message(std::string_view rest, bool last, Delivery& delivery);
  End find_end(std::string_view rest, bool last);
  End find_end_behind_json(std::string_view rest, bool last);
  End find_json(std::string_view rest);
  End find_end_of_json(std::string_view rest, bool last);

  std::uint64_t dropped_ = 0;
  Scan scan_;
  bool lines_ = false;        // A line end has come: lines are messages.
  bool skipping_ = false;     // Inside a message that is too long.
  bool behind_json_ = false;  // On the line on which a JSON text ended.
  bool rested_ = false;
  bool leftover_ = false;  // In text that follows a JSON text and is no message.
};

}  // namespace trailkeeper::ingest
