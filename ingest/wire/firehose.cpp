#include "ingest/wire/firehose.h"

#include <simdjson.h>

#include "event/framer.h"
#include "event/json_text.h"
#include "ingest/decompressor.h"
#include "ingest/wire/base64.h"

namespace trailkeeper::ingest {
namespace {

// One record's documents; its bytes count against `left`. False: they are more than that.
bool take_record(std::string_view data, std::uint32_t item, std::size_t& left, Delivery& delivery) {
  std::optional<std::string> bytes = decode_base64(data);
  if (!bytes) {
    delivery.add(data, item, event::Reason::broken_envelope);
    return true;
  }
  std::string plain;
  const UnpackResult result = unpack(*bytes, left, plain);
  if (result == UnpackResult::too_large) return false;
  if (result == UnpackResult::damaged) {
    delivery.add(*bytes, item, event::Reason::broken_envelope);
    return true;
  }
  *bytes = std::move(plain);
  left -= std::min(left, bytes->size());
  const std::size_t size = bytes->size();
  bytes->append(event::kPadding, '\0');
  std::vector<event::Frame> frames;
  event::Framer framer;
  framer.split({bytes->data(), size}, true, frames);
  for (const event::Frame& frame : frames) {
    delivery.add(std::string_view{*bytes}.substr(frame.begin, frame.end - frame.begin), item, frame.reason);
  }
  return true;
}

}  // namespace

std::string decode_firehose(std::string_view body, std::string_view header_request_id, Delivery& delivery) {
  simdjson::dom::parser parser;
  simdjson::dom::element request;
  if (parser.parse(simdjson::padded_string{body}).get(request) != simdjson::SUCCESS) return "the body is not JSON";
  std::string_view request_id;
  if (request["requestId"].get(request_id) != simdjson::SUCCESS) return "the body has no requestId";
  if (request_id != header_request_id) return "requestId is not that of the header X-Amz-Firehose-Request-Id";
  simdjson::dom::array records;
  if (request["records"].get(records) != simdjson::SUCCESS) return "the body has no records";
  if (records.size() > kMaxFirehoseRecords) return "the request has more than 10000 records";
  delivery.items = static_cast<std::uint32_t>(std::max<std::size_t>(records.size(), 1));
  std::size_t left = kMaxFirehoseRecordBytes;
  std::uint32_t item = 0;
  for (const simdjson::dom::element record : records) {
    std::string_view data;
    if (record["data"].get(data) != simdjson::SUCCESS) return "a record has no data";
    if (!take_record(data, item++, left, delivery)) return "the records hold too many bytes when they are decompressed";
  }
  delivery.seal();
  return "";
}

std::string firehose_response(std::string_view request_id, std::int64_t timestamp_milliseconds,
                              std::string_view error) {
  std::string body = "{\"requestId\":";
  event::append_quoted(request_id, body);
  body += ",\"timestamp\":" + std::to_string(timestamp_milliseconds);
  if (!error.empty()) {
    body += ",\"errorMessage\":";
    event::append_quoted(error, body);
  }
  return body + "}";
}

}  // namespace trailkeeper::ingest
