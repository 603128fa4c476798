// Why a record is not an event.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace trailkeeper::event {

/// Reasons are stored as these numbers: append only.
enum class Reason : std::uint8_t {
  none = 0,                   ///< It is an event.
  broken_json = 1,            ///< Not JSON (RFC 8259).
  invalid_utf8 = 2,           ///< JSON text that isn't UTF-8.
  not_an_object = 3,          ///< Text between records, or a JSON value that isn't an object.
  truncated = 4,              ///< The input ends inside the record.
  too_deep = 5,               ///< Nested deeper than kMaxDepth.
  too_large = 6,              ///< Longer than kMaxRecordBytes.
  no_event_name = 7,          ///< An object without a non-empty string eventName.
  bad_event_time = 8,         ///< eventTime is missing or isn't a time.
  digest_file = 9,            ///< A CloudTrail digest: evidence about log files, not an event.
  aggregated = 10,            ///< A CloudTrail aggregated summary of many events, not one event.
  broken_envelope = 11,       ///< An envelope whose content can't be unwrapped.
  bad_bill_line = 12,         ///< A line of a cost report that doesn't fit its columns.
  s3_notification = 13,       ///< Says that a file was written to a bucket: it isn't the file itself.
  flattened_row = 14,         ///< A query's row, or its header, that lacks the record as it came.
  bad_bill_account = 15,      ///< As bad_bill_line, because its account isn't one. These reasons share a code.
  bad_bill_time = 16,         ///< As bad_bill_line, because the start of its usage isn't a time.
  bad_bill_amount = 17,       ///< As bad_bill_line, because its amount isn't one.
  bad_bill_currency = 18,     ///< As bad_bill_line, because its amount isn't in USD.
  service_notification = 19,  ///< Another service's notification, as Lambda gets them: its eventSource is `aws:…`.
  sns_subscription = 20       ///< SNS says that a subscription waits to be confirmed, or has ended.
};

/// JSON nesting levels an event may have.
constexpr int kMaxDepth = 128;

/// Bytes an event may have (CloudTrail's own limit is 256 KB, 1 MB in event data stores).
constexpr std::size_t kMaxRecordBytes = std::size_t{1} << 20;

/// Readable bytes that must follow every buffer handed to the parser (simdjson reads past the end, never uses it).
constexpr std::size_t kPadding = 64;

/// A short stable identifier, such as `broken-json`. All reasons against a bill line share one.
std::string_view reason_code(Reason reason);

/// What is wrong with a bill line, in a word (`account`); empty for other reasons.
std::string_view reason_detail(Reason reason);

/// One sentence for people.
std::string_view reason_text(Reason reason);

}  // namespace trailkeeper::event
