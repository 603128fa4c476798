// Splunk's HTTP Event Collector.
// https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTinput#services.2Fcollector
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "event/framer.h"
#include "ingest/wire/body_decoder.h"
#include "text/mutex.h"

namespace trailkeeper::ingest {

/// An answer of the collector: HTTP status and body, such as `{"text":"Success","code":0}`.
struct HecAnswer {
  int status = 200;
  std::string body;
};

/// Takes a body of /services/collector/event apart: JSON objects one after the other, each with `event`, an object or a
/// string of JSON, or a logger's object around one (event/wrapper.h). Everything is item 0.
class HecDecoder : public BodyDecoder {
 public:
  /// A problem has Splunk's code: 5 no data; and, with the number of the object as its item, 6 invalid data format, 12
  /// event field required, 13 blank. Objects before that one may have been taken, as Splunk takes them.
  WireResult<std::size_t> decode(std::string_view window, bool last, Delivery& piece) override;

 private:
  event::Framer framer_;
  std::vector<event::Frame> frames_;
  std::uint32_t objects_ = 0;
};

/// The answer to a request that can't be understood, with `invalid-event-number` if the problem has an item.
HecAnswer hec_refusal(const WireProblem& problem);
/// The answer to a committed request; with the ID to ask for, if the client sent a channel.
HecAnswer hec_success(std::optional<std::uint64_t> ack_id);
/// 9 server is busy (503), 2 token is required (401), 4 invalid token (403), 10 data channel is missing (400), 11
/// invalid data channel (400), 17 healthy (200).
HecAnswer hec_code(int code);

/// Acknowledgement IDs by channel. Requests are answered only once they are durable, so an ID that was handed out is
/// acknowledged from the start; it is forgotten once asked for. Bounded: the oldest channels, and the oldest IDs of a
/// channel, go first. Thread-safe.
class AckChannels {
 public:
  /// The next ID of a channel (a GUID, any case); nothing if it isn't one.
  std::optional<std::uint64_t> next(std::string_view channel);

  /// Answers POST /services/collector/ack: `{"acks":[0,1]}` with `{"acks":{"0":true,"1":false}}`.
  HecAnswer answer(std::string_view channel, std::string_view body);

  static constexpr std::size_t kMaxChannels = 1024;
  static constexpr std::size_t kMaxIds = 100'000;     ///< Of a channel.
  static constexpr std::size_t kMaxAllIds = 500'000;  ///< Of all channels together.

 private:
  struct Channel {
    std::uint64_t next = 0;
    std::deque<std::uint64_t> open;  // Ascending.
    std::uint64_t used = 0;
  };
  using Channels = std::unordered_map<std::string, Channel>;
  Channels::iterator oldest() TRAILKEEPER_REQUIRES(mutex_);

  text::Mutex mutex_;
  Channels channels_ TRAILKEEPER_GUARDED_BY(mutex_);
  std::size_t ids_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;
  std::uint64_t clock_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;
};

}  // namespace trailkeeper::ingest
