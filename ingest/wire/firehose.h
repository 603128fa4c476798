// Amazon Data Firehose's delivery to an HTTP endpoint.
// https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ingest/delivery.h"

namespace trailkeeper::ingest {

/// Takes a body `{"requestId","timestamp","records":[{"data":base64}]}` apart; record i is item i. A record's data is
/// JSON, one document or several, or that gzipped (CloudWatch Logs subscriptions). `header_request_id` must be the
/// body's. Returns what is wrong with the request (for firehose_response, HTTP 400); empty if nothing is. A record that
/// can't be decoded is a rejected record. Leaves the delivery sealed.
std::string decode_firehose(std::string_view body, std::string_view header_request_id, Delivery& delivery);

constexpr std::size_t kMaxFirehoseRecords = 10'000;
constexpr std::size_t kMaxFirehoseRecordBytes = std::size_t{64} << 20;  ///< Of all records of a request, decompressed.

/// `{"requestId":…,"timestamp":…}`, with `errorMessage` if it isn't empty.
std::string firehose_response(std::string_view request_id, std::int64_t timestamp_milliseconds, std::string_view error);

}  // namespace trailkeeper::ingest
