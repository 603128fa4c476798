// Amazon Data Firehose's delivery to an HTTP endpoint.
// https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ingest/wire/json_lines.h"

namespace trailkeeper::ingest {

constexpr std::size_t kMaxFirehoseRecords = 10'000;
constexpr std::size_t kMaxFirehoseRecordBytes = std::size_t{64} << 20;  ///< Of all records of a request, decompressed.

/// Takes a body `{"requestId","timestamp","records":[{"data":base64}]}` apart. A record's data is JSON, one document or
/// several, or that compressed (CloudWatch Logs subscriptions). A record that can't be decoded is a rejected record.
/// Everything is item 0.
class FirehoseDecoder : public BodyDecoder {
 public:
  /// `header_request_id` must be the body's.
  explicit FirehoseDecoder(std::string header_request_id) : header_request_id_(std::move(header_request_id)) {}

  WireResult<std::size_t> decode(std::string_view window, bool last, Delivery& piece) override;
  [[nodiscard]] std::size_t memory() const override;

 private:
  enum class Place { start, members, records, end };

  /// Each takes what comes next at the front of `rest` and returns its length; 0: it isn't complete.
  WireResult<std::size_t> take_next(std::string_view rest, Delivery& piece);
  WireResult<std::size_t> take_member(std::string_view rest);
  WireResult<std::size_t> take_record(std::string_view rest, Delivery& piece);
  void begin_data(std::string_view between_quotes, Delivery& piece);
  WireResult<void> take_data(Delivery& piece);

  std::string header_request_id_;
  Place place_ = Place::start;
  bool has_id_ = false;
  bool has_records_ = false;
  std::size_t records_ = 0;
  std::size_t left_ = kMaxFirehoseRecordBytes;
  std::optional<BodyWindow> data_;  // Of the record that is being taken.
  std::optional<JsonLineDecoder> documents_;
  std::string packed_;  // Its bytes, if they are compressed.
};

/// `{"requestId":…,"timestamp":…}`, with `errorMessage` if it isn't empty.
std::string firehose_response(std::string_view request_id, std::int64_t timestamp_milliseconds, std::string_view error);

}  // namespace trailkeeper::ingest
