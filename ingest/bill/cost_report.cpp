#include "ingest/bill/cost_report.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "ingest/bill/focus.h"
#include "rules/credits/charge_class.h"
#include "rules/credits/currency.h"
#include "rules/iam/arn.h"
#include "text/ascii.h"
#include "text/calendar.h"
#include "text/money.h"
#include "text/timestamp.h"

namespace trailkeeper::ingest {
namespace {

using rules::iam::is_account_id;
using text::Day;
using text::Month;

// `lineItem/UnblendedCost`, `line_item_unblended_cost` and `LineItemUnblendedCost` become one name.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const char small = text::lower(c);
    if ((small >= 'a' && small <= 'z') || (small >= '0' && small <= '9')) plain += small;
  }
  return plain;
}

std::string_view without(std::string_view text, std::string_view ending) {
  return text.ends_with(ending) ? text.substr(0, text.size() - ending.size()) : text;
}

// `2024-05-01T10:00:00Z`, `2024-05-01`, and as query engines print it: `2024-05-01 10:00:00.000 UTC`, `… +00`.
std::optional<text::Timestamp> parse_time(std::string_view text) {
  constexpr std::size_t kPlain = 19;
  constexpr std::size_t kLongest = 48;
  text = text::trimmed(text);
  if (const auto day = text::parse_day(text)) return text::start_of(*day);
  if (text.size() < kPlain || text.size() > kLongest) return text::parse_timestamp(text);
  for (const std::string_view zone : {"Etc/UTC", "UTC", "GMT", "Z"}) {
    const std::string_view rest = without(text, zone);
    if (rest.size() == text.size()) continue;
    return text::parse_timestamp(text::trimmed(rest));
  }
  // An offset of hours alone, or behind a space.
  std::string time{text};
  const std::size_t sign = time.find_last_of("+-");
  if (sign == std::string::npos || sign < kPlain) return text::parse_timestamp(time);
  if (time.size() - sign == 3) time += ":00";
  const std::size_t space = time.find_last_not_of(' ', sign - 1);
  time.erase(space + 1, sign - space - 1);
  return text::parse_timestamp(time);
}

// Up to this many bytes, whole characters.
std::string_view shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

store::BillKey hash128(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  store::BillKey key;
  std::memcpy(key.data(), canonical.digest, key.size());
  return key;
}

// Whether a column, by its plain name, has identities or figures, which are others when a report is made anew.
bool is_changing(std::string_view name) {
  constexpr std::array<std::string_view, 11> kWords{"identity", "lineitemid", "timeinterval", "invoice",
                                                    "cost",     "amount",     "quantity",     "price",
                                                    "rate",     "billtype",   "commitment"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [name](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

// What a reservation costs upfront, in reports without its column.
bool is_sign_up(std::string_view usage_type, std::string_view description) {
  return usage_type.find("HeavyUsage") != std::string_view::npos ||
         description.starts_with("Sign up charge for subscription");
}

}  // namespace

bool is_cost_report(std::string_view first_bytes) {
  constexpr std::size_t kMaxHeader = std::size_t{64} << 10;
  // What a spreadsheet puts before the header.
  first_bytes.remove_prefix(std::min(first_bytes.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), first_bytes.size()));
  if (separator_line(first_bytes.substr(0, first_bytes.find_first_of("\r\n")))) {
    first_bytes.remove_prefix(std::min(first_bytes.find_first_of("\r\n"), first_bytes.size()));
    first_bytes.remove_prefix(std::min(first_bytes.find_first_not_of("\r\n"), first_bytes.size()));
  }
  const std::string_view line = first_bytes.substr(0, std::min(first_bytes.find('\n'), kMaxHeader));
  const std::size_t visible = line.find_first_not_of(" \xEF\xBB\xBF");
  if (visible == std::string_view::npos || line[visible] == '{' || line[visible] == '[') return false;
  if (line.find(csv_separator(line)) == std::string_view::npos) return false;
  // An archive may have a report's first line in it as it is.
  const auto is_control = [](char c) { return c >= 0 && c < ' ' && c != '\t' && c != '\r'; };
  if (std::any_of(line.begin(), line.end(), is_control)) return false;
  const std::string names = plain_name(line);
  const auto has = [&names](std::string_view name) { return names.find(name) != std::string::npos; };
  // Also one that lacks a column that is needed: so it can be said.
  const bool line_items = has("lineitemunblendedcost") || (has("lineitemusageaccountid") && has("lineitemproductcode"));
  return line_items || (has("chargeperiodstart") && (has("billedcost") || has("chargecategory")));
}

// As plain_name() makes them; `-`: there is no such column.
std::span<const std::string_view> CostReport::column_names(bool focus) {
  using Names = std::array<std::string_view, kColumns>;
  static constexpr Names kNames{"identitylineitemid",
                                "identitytimeinterval",
                                "billpayeraccountid",
                                "billbillingperiodstartdate",
                                "billbillingentity",
                                "lineitemusageaccountid",
                                "lineitemproductcode",
                                "lineitemusagetype",
                                "lineitemlineitemtype",
                                "lineitemusagestartdate",
                                "lineitemunblendedcost",
                                "lineitemcurrencycode",
                                "reservationreservationarn",
                                "lineitemoperation",
                                "lineitemresourceid",
                                "lineitemlineitemdescription",
                                "-",
                                "-",
                                "-",
                                "-",
                                "-",
                                "-"};
  static constexpr Names kFocusNames{"-",
                                     "-",
                                     "billingaccountid",
                                     "billingperiodstart",
                                     "providername",
                                     "subaccountid",
                                     "xservicecode",
                                     "xusagetype",
                                     "chargecategory",
                                     "chargeperiodstart",
                                     "billedcost",
                                     "billingcurrency",
                                     "-",
                                     "xoperation",
                                     "resourceid",
                                     "chargedescription",
                                     "servicename",
                                     "publishername",
                                     "chargeclass",
                                     "chargefrequency",
                                     "commitmentdiscountid",
                                     "commitmentdiscounttype"};
  return focus ? std::span{kFocusNames} : std::span{kNames};
}

std::optional<CostReport> CostReport::from_header(const CsvRecord& header, std::string& missing) {
  CostReport report;
  std::vector<std::string> plain;
  for (const std::string_view name : header.fields) plain.push_back(plain_name(name));
  report.focus_ =
      std::none_of(plain.begin(), plain.end(), [](const auto& name) { return name.starts_with("lineitem"); });
  const std::span<const std::string_view> names = column_names(report.focus_);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    report.name_hashes_.push_back(XXH3_64bits(plain[i].data(), plain[i].size()));
    report.changing_.push_back(is_changing(plain[i]) ? 1 : 0);
    const auto found = std::find(names.begin(), names.end(), plain[i]);
    if (found == names.end()) continue;
    auto& column = report.columns_[static_cast<std::size_t>(found - names.begin())];
    if (!column) column = i;
  }
  // Whoever made an export may have named its columns.
  auto& currency = report.columns_[kCurrency];
  for (std::size_t i = 0; i < plain.size() && !currency; ++i) {
    if (rules::credits::names_currency(plain[i])) currency = i;
  }
  const auto has = [&report](Column column) { return report.columns_[column].has_value(); };
  const auto need = [&missing](bool there, std::string_view cur, std::string_view focus) {
    if (there) return;
    missing.append(missing.empty() ? "" : ", ").append(focus.empty() ? cur : focus);
  };
  const bool focus = report.focus_;
  const auto or_none = [focus](std::string_view name) { return focus ? name : std::string_view{}; };
  need(has(kAccount) || (focus && has(kPayer)), "line_item_usage_account_id", or_none("SubAccountId"));
  need(has(kService) || has(kServiceName), "line_item_product_code", or_none("ServiceName"));
  need(has(kLineType), "line_item_line_item_type", or_none("ChargeCategory"));
  need(has(kStart), "line_item_usage_start_date", or_none("ChargePeriodStart"));
  need(has(kCost), "line_item_unblended_cost", or_none("BilledCost"));
  if (!missing.empty()) return std::nullopt;
  return report;
}

// Exports of databases have `\N` or `NULL` where there is nothing.
std::string_view CostReport::field(const CsvRecord& record, Column column) const {
  if (!columns_[column]) return {};
  const std::string_view text = record.fields[*columns_[column]];
  return text == "\\N" || text == "NULL" || text == "null" ? std::string_view{} : text;
}

// Of the pairs of column and value, whatever their order; empty values say nothing.
void CostReport::hash_line(const CsvRecord& record, store::BillLine& line) const {
  line.content = 0;
  line.place = 0;
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    const std::string_view value = record.fields[i];
    if (value.empty()) continue;
    const std::uint64_t hash = XXH3_64bits_withSeed(value.data(), value.size(), name_hashes_[i]);
    line.content += hash;
    if (changing_[i] == 0) line.place += hash;
  }
}

// Service, types and what else says what a charge is for.
void CostReport::name_line(const CsvRecord& record, store::BillLine& line) const {
  line.service = field(record, kService);
  line.usage_type = field(record, kUsageType);
  line.line_type = field(record, kLineType);
  line.entity = field(record, kEntity);
  line.reservation = !field(record, kReservation).empty();
  if (focus_) {
    const FocusCharge charge{line.line_type,
                             field(record, kChargeClass),
                             field(record, kFrequency),
                             field(record, kCommitment),
                             field(record, kCommitmentType),
                             line.amount < 0,
                             line.amount == 0};
    if (line.service.empty()) line.service = focus_service(field(record, kServiceName));
    line.line_type = focus_line_type(charge);
    line.entity = focus_entity(line.entity, field(record, kPublisher));
    line.reservation = !charge.commitment.empty() && !is_savings_plan(charge);
  }
  line.line_type = rules::credits::known_line_type(line.line_type);
  const std::string_view told = field(record, kDescription);
  line.reservation = line.reservation || (line.line_type == "Fee" && is_sign_up(line.usage_type, told));
  // What a credit is called is all that tells it from others.
  constexpr std::size_t kMaxDescription = 200;
  if (line.line_type == "Credit" && !told.empty()) line.usage_type = shortened(told, kMaxDescription);
}

event::Reason CostReport::read(const CsvRecord& record, ReportLine& found) const {
  using event::Reason;
  if (!record.sound || record.fields.size() != name_hashes_.size()) return Reason::bad_bill_line;
  found = {};
  store::BillLine& line = found.line;
  line.usage_account = field(record, kAccount);
  found.payer = field(record, kPayer);
  if (found.payer.empty()) found.payer = line.usage_account;
  if (line.usage_account.empty() && focus_) line.usage_account = found.payer;
  if (!is_account_id(found.payer) || !is_account_id(line.usage_account)) return Reason::bad_bill_account;
  const auto start = parse_time(field(record, kStart));
  const auto period = parse_time(field(record, kMonth));
  if (!start || (!period && !field(record, kMonth).empty())) return Reason::bad_bill_time;
  const auto cost = text::Money::parse(field(record, kCost));
  if (!cost) return Reason::bad_bill_amount;
  const std::string_view currency = field(record, kCurrency);
  if (!rules::credits::is_dollars(currency)) return Reason::bad_bill_currency;
  line.start = *start;
  line.amount = cost->units();
  found.month = Month::of(text::day_of(period.value_or(*start))).number();
  name_line(record, line);
  line.id = field(record, kLineId);
  line.raw = record.bytes;
  hash_line(record, line);
  // A line without an ID is what it says; an ID without an interval is one of each start.
  std::string identity{found.payer};
  identity += '\n';
  identity += std::to_string(found.month);
  identity += '\n';
  identity += line.id;
  identity += '\n';
  if (line.id.empty()) {
    identity += std::to_string(line.content);
  } else if (columns_[kInterval]) {
    identity += field(record, kInterval);
  } else {
    identity += std::to_string(line.start);
  }
  line.key = hash128(identity);
  return Reason::none;
}

store::BillKey CostReport::repeated(const store::BillKey& key, std::uint64_t earlier) {
  std::string identity{reinterpret_cast<const char*>(key.data()), key.size()};
  identity.append(reinterpret_cast<const char*>(&earlier), sizeof earlier);
  return hash128(identity);
}

}  // namespace trailkeeper::ingest
