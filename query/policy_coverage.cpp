#include "query/policy_coverage.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/verdict_index.h"
#include "query/count.h"
#include "query/verdict_filter.h"

namespace trailkeeper::query {
namespace {

using rules::verdicts::Verdict;

constexpr const char* kAccount = "userIdentity.accountId";

std::uint64_t unknown_until(const store::Snapshot& snapshot, Filter filter, const std::string& account,
                            event::Timestamp until) {
  filter.until = std::min(filter.until.value_or(until), until);
  for (const CountRow& row : count_events(snapshot, filter, {{kAccount}, Bucket::none, std::nullopt})) {
    if (row.values[0] == account) return row.count;
  }
  return 0;
}

}  // namespace

std::vector<UncoveredAccount> uncovered_accounts(const store::Snapshot& snapshot, const Filter& filter) {
  Filter unknown = filter;
  std::erase_if(unknown.fields, [](const FieldFilter& field) { return field.field == FilterField::verdict; });
  require_verdict(unknown, rules::verdicts::verdict_name(Verdict::unknown));
  unknown.add(FilterField::identity, "AWSAccount", true);
  unknown = with_verdicts(snapshot, unknown);
  std::vector<UncoveredAccount> found;
  for (const CountRow& row : count_events(snapshot, unknown, {{kAccount}, Bucket::none, std::nullopt})) {
    if (!row.values[0] || row.values[0]->empty()) continue;
    UncoveredAccount account{*row.values[0], row.count, unknown.verdicts->state().history().known_from(*row.values[0])};
    if (account.known_from) {
      account.unknown = unknown_until(snapshot, unknown, account.account, *account.known_from);
    }
    if (account.unknown > 0) found.push_back(std::move(account));
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.unknown > b.unknown; });
  return found;
}

std::string uncovered_text(const UncoveredAccount& account) {
  const std::string when =
      account.known_from ? fmt::format(" before {}", event::format_timestamp(*account.known_from)) : std::string{};
  return fmt::format(
      "{} {} of account {} {} unknown: no policies of it are loaded{}; load what `aws iam "
      "get-account-authorization-details` prints: trailkeeper policies load FILE --at TIME",
      account.unknown, account.unknown == 1 ? "event" : "events", account.account, account.unknown == 1 ? "is" : "are",
      account.known_from ? " for the time" + when : "");
}

}  // namespace trailkeeper::query
