#include "ingest/wire/firehose.h"

#include <algorithm>

#include "ingest/decompressor.h"
#include "ingest/wire/json_members.h"
#include "text/base64.h"
#include "text/json_text.h"
#include "text/json_writer.h"

namespace trailkeeper::ingest {
namespace {

// Firehose's own limit is 1,000 KiB before base64, and 6 MB when a Lambda has transformed them.
constexpr std::size_t kMaxRecord = std::size_t{8} << 20;

WireProblem wrong(std::string message) { return {std::move(message), ""}; }
WireProblem not_json() { return wrong("the body is not JSON"); }

}  // namespace

WireResult<std::size_t> FirehoseDecoder::decode(std::string_view window, bool last, Delivery& piece) {
  std::size_t done = 0;
  while (!piece.full()) {
    if (data_) {
      if (const WireResult<void> taken = take_data(piece); !taken) return taken.error();
      continue;
    }
    const std::size_t blank = place_ == Place::start ? window.find_first_not_of(" \t\r\n") : skip_blank(window, done);
    done = std::min(blank, window.size());
    if (done == window.size()) break;
    const WireResult<std::size_t> length = take_next(window.substr(done), piece);
    if (!length) return length.error();
    if (*length == 0) break;
    done += *length;
  }
  if (piece.full() || !last) return done;
  if (place_ != Place::end || done != window.size()) return not_json();
  if (!has_id_) return wrong("the body has no requestId");
  if (!has_records_) return wrong("the body has no records");
  return window.size();
}

WireResult<std::size_t> FirehoseDecoder::take_next(std::string_view rest, Delivery& piece) {
  switch (place_) {
    case Place::start:
      if (rest.front() != '{') return not_json();
      place_ = Place::members;
      return 1;
    case Place::members:
      if (rest.front() == '"') return take_member(rest);
      if (rest.front() != '}') return not_json();
      place_ = Place::end;
      return 1;
    case Place::records:
      if (rest.front() != ']') return take_record(rest, piece);
      place_ = Place::members;
      return 1;
    case Place::end: break;
  }
  return not_json();
}

WireResult<std::size_t> FirehoseDecoder::take_member(std::string_view rest) {
  const auto member = member_at(rest, 0);
  if (!member || (member->key != "records" && !member->value_end)) {
    if (rest.size() > kMaxRecord) return not_json();
    return 0;
  }
  if (member->key == "records") {
    if (rest[member->value] != '[') return wrong("the body has no records");
    has_records_ = true;
    place_ = Place::records;
    return member->value + 1;
  }
  if (member->key == "requestId") {
    const std::string_view value = rest.substr(member->value, *member->value_end - member->value);
    std::string id;
    if (value.size() >= 2 && value.front() == '"' && text::valid_escapes(value.substr(1, value.size() - 2))) {
      text::append_unescaped(value.substr(1, value.size() - 2), id);
    }
    if (id.empty() || id != header_request_id_) {
      return wrong("requestId is not that of the header X-Amz-Firehose-Request-Id");
    }
    has_id_ = true;
  }
  return *member->value_end;
}

WireResult<std::size_t> FirehoseDecoder::take_record(std::string_view rest, Delivery& piece) {
  const auto end = end_of_value(rest.substr(0, kMaxRecord), 0);
  if (!end) {
    if (rest.size() >= kMaxRecord) return wrong("a record has more than 8 MiB");
    return 0;
  }
  if (++records_ > kMaxFirehoseRecords) return wrong("the request has more than 10000 records");
  const std::string_view record = rest.substr(0, *end);
  for (std::size_t at = skip_blank(record, 1); record.front() == '{' && at < record.size() && record[at] == '"';) {
    const auto member = member_at(record, at);
    if (!member || !member->value_end) break;
    if (member->key == "data" && record[member->value] == '"') {
      begin_data(record.substr(member->value + 1, *member->value_end - member->value - 2), piece);
      return *end;
    }
    at = skip_blank(record, *member->value_end);
  }
  return wrong("a record has no data");
}

void FirehoseDecoder::begin_data(std::string_view between_quotes, Delivery& piece) {
  std::string unescaped;
  if (between_quotes.find('\\') != std::string_view::npos && text::valid_escapes(between_quotes)) {
    text::append_unescaped(between_quotes, unescaped);
    between_quotes = unescaped;
  }
  std::optional<std::string> bytes = text::decode_base64(between_quotes);
  if (!bytes) {
    piece.add(between_quotes, 0, event::Reason::broken_envelope);
    return;
  }
  const std::size_t size = bytes->size();
  const bool packed = compression_of(*bytes) != Compression::none;
  if (packed) packed_ = *bytes;
  data_.emplace(std::move(*bytes), std::string_view{}, left_);
  if (!packed) left_ -= std::min(left_, size);
  documents_.emplace();
}

WireResult<void> FirehoseDecoder::take_data(Delivery& piece) {
  const WireResult<bool> more = next_piece(*data_, *documents_, piece);
  if (!more) return more.error();
  if (*more) return {};
  if (data_->result() == DecodeResult::too_large) {
    return wrong("the records hold too many bytes when they are decompressed");
  }
  if (data_->result() != DecodeResult::ok) piece.add(packed_, 0, event::Reason::broken_envelope);
  left_ -= std::min(left_, data_->taken_out());
  data_.reset();
  std::string{}.swap(packed_);
  return {};
}

std::size_t FirehoseDecoder::memory() const { return packed_.capacity() + (data_ ? data_->memory() : 0); }

std::string firehose_response(std::string_view request_id, std::int64_t timestamp_milliseconds,
                              std::string_view error) {
  std::string body;
  text::JsonWriter json{body};
  json.open('{').member("requestId", request_id).member("timestamp", timestamp_milliseconds);
  json.member_if_any("errorMessage", error).close('}');
  return body;
}

}  // namespace trailkeeper::ingest
