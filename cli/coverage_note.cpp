#include "cli/coverage_note.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "query/policy_coverage.h"

namespace trailkeeper::cli {

std::size_t note_uncovered(const store::Snapshot& snapshot, const query::Filter& filter) {
  constexpr std::size_t kShown = 5;
  const auto accounts = query::uncovered_accounts(snapshot, filter);
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (i < kShown) {
      print_notice(query::uncovered_text(accounts[i]));
    } else {
      rest += accounts[i].unknown;
    }
  }
  if (accounts.size() > kShown) {
    print_notice(fmt::format("and {} events of {} more accounts without policies", rest, accounts.size() - kShown));
  }
  return accounts.size();
}

}  // namespace trailkeeper::cli
