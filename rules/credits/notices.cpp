#include "rules/credits/notices.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

namespace trailkeeper::rules::credits {
namespace {

// The first day by whose end that many hundredths were used.
std::optional<text::Day> day_of_use(const CreditState& state, int percent) {
  // So many hundredths of the amount, rounded up, without a product that may be more than 64 bits hold.
  const std::int64_t units = state.credit.amount.units();
  const text::Money wanted = text::Money::of_units(units / 100 * percent + (units % 100 * percent + 99) / 100);
  text::Money used;
  for (const auto& [day, amount] : state.used_on) {
    used += amount;
    if (used >= wanted) return day;
  }
  return std::nullopt;
}

void add_expiry(const CreditState& state, std::vector<Notice>& out) {
  struct Step {
    text::Day before;
    std::string_view kind;
  };
  constexpr std::array<Step, 3> kSteps{{{60, "expires-in-60-days"}, {30, "expires-in-30-days"}, {0, "expired"}}};
  for (const Step& step : kSteps) {
    // At expiry: when the last day has ended.
    const text::Day day = step.before == 0 ? state.credit.expires + 1 : state.credit.expires - step.before;
    const bool revoked = state.credit.revoked && *state.credit.revoked < text::start_of(day);
    const bool used_up = Book::left_after(state, day - 1).is_zero();
    if (revoked || used_up) continue;
    out.push_back({text::start_of(day), state.credit.account, step.kind, state.credit.id, "R49"});
  }
}

void add_use(const CreditState& state, std::vector<Notice>& out) {
  if (const auto day = day_of_use(state, 75)) {
    out.push_back({text::start_of(*day), state.credit.account, "used-75", state.credit.id, "R50"});
  }
  if (const auto day = day_of_use(state, 100)) {
    out.push_back({text::start_of(*day), state.credit.account, "used-100", state.credit.id, "R50"});
  }
}

}  // namespace

std::vector<Notice> notices(const Book& book) {
  std::vector<Notice> out;
  for (const auto& [time, account] : book.programme().welcomes()) out.push_back({time, account, "welcome", "", "R65"});
  for (const ApplicationState& application : book.programme().applications()) {
    if (!application.decided) continue;
    out.push_back({*application.decided, application.account, "decision", application.form.id, "R65"});
  }
  for (const CreditState& state : book.credits()) {
    add_expiry(state, out);
    add_use(state, out);
  }
  std::stable_sort(out.begin(), out.end(), [](const Notice& a, const Notice& b) {
    return std::tie(a.time, a.account) < std::tie(b.time, b.account);
  });
  return out;
}

std::unordered_map<std::string, std::vector<std::string>> coming_expiry_notices(const Book& book) {
  std::unordered_map<std::string, std::vector<std::string>> texts;
  for (const Notice& notice : notices(book)) {
    if (notice.rule != "R49" || notice.time <= book.at()) continue;
    texts[notice.credit].push_back(text::day_text(text::day_of(notice.time)) + " " + std::string{notice.kind});
  }
  return texts;
}

}  // namespace trailkeeper::rules::credits
