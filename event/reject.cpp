#include "event/reject.h"

#include <array>
#include <utility>

namespace trailkeeper::event {
namespace {

struct Entry {
  std::string_view code;
  std::string_view text;
};

constexpr std::array<Entry, 20> kEntries{{
    {"none", "is an event"},
    {"broken-json", "not valid JSON"},
    {"invalid-utf8", "not valid UTF-8"},
    {"not-an-object", "not a JSON object"},
    {"truncated", "the input ends inside the record"},
    {"too-deep", "nested deeper than 128 levels"},
    {"too-large", "larger than 1 MiB"},
    {"no-event-name", "has no eventName"},
    {"bad-event-time", "has no eventTime, or one that is not a time"},
    {"digest-file", "is a CloudTrail digest file, not an event"},
    {"aggregated", "is a CloudTrail aggregated summary, not an event"},
    {"broken-envelope", "is an envelope whose content cannot be unwrapped"},
    {"bad-bill-line",
     "is a cost report's line that doesn't fit its columns: a wrong number of fields, or a broken quote"},
    {"s3-notification", "is a notification of a file in S3, not an event: replay the file"},
    {"flattened-row",
     "is a query's row without the record as it came: export eventJson or _raw, or replay the files in S3"},
    {"bad-bill-line", "is a cost report's line whose account is wrong: it isn't 12 digits"},
    {"bad-bill-line",
     "is a cost report's line whose time is wrong: the start of its usage or of its billing period isn't a time"},
    {"bad-bill-line", "is a cost report's line whose amount is wrong: its cost isn't a number of up to 900 million"},
    {"bad-bill-line",
     "is a cost report's line whose currency is wrong: its amount isn't in USD, and isn't read as USD"},
    {"service-notification",
     "is another service's notification, not an event of CloudTrail: its eventSource begins with aws:"},
}};

const Entry& entry(Reason reason) {
  const auto index = static_cast<std::size_t>(reason);
  return kEntries[index < kEntries.size() ? index : 1];
}

}  // namespace

std::string_view reason_code(Reason reason) { return entry(reason).code; }
std::string_view reason_detail(Reason reason) {
  switch (reason) {
    case Reason::bad_bill_account: return "account";
    case Reason::bad_bill_time: return "time";
    case Reason::bad_bill_amount: return "amount";
    case Reason::bad_bill_currency: return "currency";
    default: return {};
  }
}

std::string_view reason_text(Reason reason) { return entry(reason).text; }

}  // namespace trailkeeper::event
