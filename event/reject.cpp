#include "event/reject.h"

#include <array>

#include "event/reject_words.h"
#include "text/enum_rows.h"

namespace trailkeeper::event {
namespace {

constexpr std::array<ReasonWord, static_cast<std::size_t>(Reason::sns_subscription) + 1> kRows{{
    {Reason::none, "none", "is an event"},
    {Reason::broken_json, "broken-json", "not valid JSON"},
    {Reason::invalid_utf8, "invalid-utf8", "not valid UTF-8"},
    {Reason::not_an_object, "not-an-object", "not a JSON object"},
    {Reason::truncated, "truncated", "the input ends inside the record"},
    {Reason::too_deep, "too-deep", "nested deeper than 128 levels"},
    {Reason::too_large, "too-large", "larger than 1 MiB"},
    {Reason::no_event_name, "no-event-name", "has no eventName"},
    {Reason::bad_event_time, "bad-event-time", "has no eventTime, or one that is not a time"},
    {Reason::digest_file, "digest-file", "is a CloudTrail digest file, not an event"},
    {Reason::aggregated, "aggregated", "is a CloudTrail aggregated summary, not an event"},
    {Reason::broken_envelope, "broken-envelope", "is an envelope whose content cannot be unwrapped"},
    {Reason::bad_bill_line, "bad-bill-line",
     "is a cost report's line that doesn't fit its columns: a wrong number of fields, or a broken quote"},
    {Reason::s3_notification, "s3-notification", "is a notification of a file in S3, not an event: replay the file"},
    {Reason::flattened_row, "flattened-row",
     "is a query's row without the record as it came: export eventJson or _raw, or replay the files in S3"},
    {Reason::bad_bill_account, "bad-bill-line", "is a cost report's line whose account is wrong: it isn't 12 digits",
     "account"},
    {Reason::bad_bill_time, "bad-bill-line",
     "is a cost report's line whose time is wrong: the start of its usage or of its billing period isn't a time",
     "time"},
    {Reason::bad_bill_amount, "bad-bill-line",
     "is a cost report's line whose amount is wrong: its cost isn't a number of up to 900 million", "amount"},
    {Reason::bad_bill_currency, "bad-bill-line",
     "is a cost report's line whose currency is wrong: its amount isn't in USD, and isn't read as USD", "currency"},
    {Reason::service_notification, "service-notification",
     "is another service's notification, not an event of CloudTrail: its eventSource begins with aws:"},
    {Reason::sns_subscription, "sns-subscription",
     "is SNS's word on a subscription that waits to be confirmed or has ended: open its SubscribeURL by hand"},
}};

static_assert(text::are_rows_of(kRows, &ReasonWord::reason, Reason::sns_subscription));

// A number that a newer store may have is said as broken JSON.
const ReasonWord& row(Reason reason) {
  const auto index = static_cast<std::size_t>(reason);
  return kRows[index < kRows.size() ? index : 1];
}

}  // namespace

std::span<const ReasonWord> reason_words() { return std::span{kRows}.subspan(1); }

std::string_view reason_code(Reason reason) { return row(reason).code; }
std::string_view reason_detail(Reason reason) { return row(reason).detail; }
std::string_view reason_text(Reason reason) { return row(reason).text; }

}  // namespace trailkeeper::event
