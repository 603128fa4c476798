#include "ingest/bill/cost_report.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "event/timestamp.h"
#include "rules/credits/calendar.h"
#include "rules/credits/money.h"

namespace trailkeeper::ingest {
namespace {

using rules::credits::Day;
using rules::credits::Month;

// `lineItem/UnblendedCost`, `line_item_unblended_cost` and `LineItemUnblendedCost` become one name.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') plain += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
  }
  return plain;
}

bool is_account(std::string_view text) {
  constexpr std::size_t kDigits = 12;
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// `2024-05-01T10:00:00Z`, `2024-05-01 10:00:00.000`, `2024-05-01`.
std::optional<event::Timestamp> parse_time(std::string_view text) {
  if (const auto day = rules::credits::parse_day(text)) return rules::credits::start_of(*day);
  return event::parse_timestamp(text);
}

store::BillKey hash128(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  store::BillKey key;
  std::memcpy(key.data(), canonical.digest, key.size());
  return key;
}

}  // namespace

bool is_cost_report(std::string_view first_bytes) {
  constexpr std::size_t kMaxHeader = std::size_t{64} << 10;
  const std::string_view line = first_bytes.substr(0, std::min(first_bytes.find('\n'), kMaxHeader));
  return line.find(',') != std::string_view::npos &&
         plain_name(line).find("lineitemunblendedcost") != std::string::npos;
}

std::optional<CostReport> CostReport::from_header(const CsvRecord& header) {
  constexpr std::array<std::string_view, kColumns> kNames{
      "identitylineitemid",       "identitytimeinterval",   "billpayeraccountid",    "billbillingperiodstartdate",
      "billbillingentity",        "lineitemusageaccountid", "lineitemproductcode",   "lineitemusagetype",
      "lineitemlineitemtype",     "lineitemusagestartdate", "lineitemunblendedcost", "lineitemcurrencycode",
      "reservationreservationarn"};
  CostReport report;
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const std::string name = plain_name(header.fields[i]);
    report.name_hashes_.push_back(XXH3_64bits(name.data(), name.size()));
    const auto* found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) continue;
    auto& column = report.columns_[static_cast<std::size_t>(found - kNames.begin())];
    if (!column) column = i;
  }
  for (const Column needed : {kAccount, kService, kLineType, kStart, kCost}) {
    if (!report.columns_[needed]) return std::nullopt;
  }
  return report;
}

std::string_view CostReport::field(const CsvRecord& record, Column column) const {
  return columns_[column] ? record.fields[*columns_[column]] : std::string_view{};
}

// Of the pairs of column and value, whatever their order; empty values say nothing.
std::uint64_t CostReport::content_of(const CsvRecord& record) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    const std::string_view value = record.fields[i];
    if (!value.empty()) sum += XXH3_64bits_withSeed(value.data(), value.size(), name_hashes_[i]);
  }
  return sum;
}

std::optional<ReportLine> CostReport::read(const CsvRecord& record) const {
  if (!record.sound || record.fields.size() != name_hashes_.size()) return std::nullopt;
  ReportLine found;
  store::BillLine& line = found.line;
  line.usage_account = field(record, kAccount);
  found.payer = field(record, kPayer);
  if (found.payer.empty()) found.payer = line.usage_account;
  if (!is_account(found.payer) || !is_account(line.usage_account)) return std::nullopt;
  const std::string_view currency = field(record, kCurrency);
  const auto start = parse_time(field(record, kStart));
  const auto cost = rules::credits::Money::parse(field(record, kCost));
  if (!start || !cost || (!currency.empty() && currency != "USD")) return std::nullopt;
  line.start = *start;
  line.amount = cost->units();
  const auto period = parse_time(field(record, kMonth));
  found.month = Month::of(rules::credits::day_of(period.value_or(*start))).number();
  line.service = field(record, kService);
  line.usage_type = field(record, kUsageType);
  line.line_type = field(record, kLineType);
  line.entity = field(record, kEntity);
  line.reservation = !field(record, kReservation).empty();
  line.id = field(record, kLineId);
  line.raw = record.bytes;
  line.content = content_of(record);
  // A line without an ID is what it says.
  std::string identity{found.payer};
  identity += '\n';
  identity += std::to_string(found.month);
  identity += '\n';
  identity += line.id;
  identity += '\n';
  identity += line.id.empty() ? std::to_string(line.content) : std::string{field(record, kInterval)};
  line.key = hash128(identity);
  return found;
}

}  // namespace trailkeeper::ingest
