#include "rules/credits/billing_import.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "rules/credits/currency.h"
#include "rules/iam/arn.h"
#include "text/ascii.h"
#include "text/calendar.h"
#include "text/first_problem.h"
#include "text/json_node.h"
#include "text/json_writer.h"
#include "text/money.h"

namespace trailkeeper::rules::credits {
namespace {

using text::JsonNode;
using NodeKind = JsonNode::Kind;

constexpr std::size_t kMostEntries = 200'000;
constexpr std::size_t kMostProducts = 1'000;

// One entry of an answer's list. What is wrong with it is noted, and reads as if it weren't there.
class Entry {
 public:
  Entry(const JsonNode& node, text::FirstProblem& problem) : node_(node), problem_(problem) {
    if (node.kind != NodeKind::object) wrong(node, "an entry of the list is no object");
  }

  void wrong(const JsonNode& at, std::string message) const { problem_.note({std::move(message), "", at.offset}); }

  [[nodiscard]] const JsonNode* find(std::string_view name) const {
    const JsonNode* found = node_.find(name);
    return found == nullptr || found->kind == NodeKind::null ? nullptr : found;
  }
  [[nodiscard]] std::string text(std::string_view name) const {
    const JsonNode* found = find(name);
    if (found == nullptr) return {};
    if (found->kind == NodeKind::string || found->kind == NodeKind::number) return found->text;
    wrong(*found, std::string{name} + " is no text");
    return {};
  }
  [[nodiscard]] std::string needed(std::string_view name) const {
    std::string found = text(name);
    if (found.empty()) wrong(node_, "an entry has no " + std::string{name});
    return found;
  }
  [[nodiscard]] std::string account() const {
    std::string found = needed("accountId");
    if (!iam::is_account_id(found)) wrong(node_, "accountId '" + found + "' isn't 12 digits");
    return found;
  }
  [[nodiscard]] std::string credit() const {
    std::string found = needed("creditId");
    if (found.size() > 32 || !text::is_digits(found)) wrong(node_, "creditId '" + found + "' isn't 1 to 32 digits");
    return found;
  }

  // An amount, by the names that its members have had. Nothing if it isn't there.
  [[nodiscard]] std::optional<text::Money> money(std::string_view name) const {
    const JsonNode* found = find(name);
    if (found == nullptr) return std::nullopt;
    auto currency = other_currency_in(*found);
    if (!currency) currency = other_currency_beside(node_);
    if (currency) wrong(*found, std::string{name} + " is in " + *currency + "; credits are in USD");
    const JsonNode* number = found;
    if (found->kind == NodeKind::object) {
      number = nullptr;
      for (const std::string_view key : {"currencyAmount", "amount", "value"}) {
        if (number == nullptr) number = found->find(key);
      }
    }
    const auto money = number == nullptr ? std::nullopt : text::Money::parse(number->text);
    if (!money) wrong(*found, std::string{name} + " is no amount");
    return money;
  }
  [[nodiscard]] text::Money needed_money(std::string_view name) const {
    const auto found = money(name);
    if (!found) wrong(node_, "an entry has no " + std::string{name});
    return found.value_or(text::Money{});
  }

  // Seconds since 1970, as the API and the CLI's version 1 print them, or ISO 8601, as version 2 does.
  [[nodiscard]] std::optional<text::Timestamp> time(std::string_view name) const {
    const std::string found = text(name);
    if (found.empty()) return std::nullopt;
    if (const auto day = text::parse_day(found)) return text::start_of(*day);
    if (const auto time = text::parse_timestamp(found)) return time;
    double seconds = 0;
    const auto [end, problem] = std::from_chars(found.data(), found.data() + found.size(), seconds);
    constexpr double kLast = 253402300799;  // 9999-12-31
    if (problem != std::errc{} || end != found.data() + found.size() || !(seconds >= 0 && seconds <= kLast)) {
      wrong(*find(name), std::string{name} + " '" + found + "' is no time");
      return std::nullopt;
    }
    return static_cast<text::Timestamp>(seconds) * text::kSecond;
  }

  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    const JsonNode* found = find(name);
    if (found == nullptr) return all;
    if (found->kind != NodeKind::array) wrong(*found, std::string{name} + " is no array");
    if (found->items.size() > kMostProducts) wrong(*found, std::string{name} + " has more than 1,000 entries");
    for (const JsonNode& item : found->items) all.push_back(item.text);
    return all;
  }

  [[nodiscard]] const JsonNode& node() const { return node_; }

 private:
  const JsonNode& node_;
  text::FirstProblem& problem_;
};

bool names_activate(std::string_view description) {
  return text::lowered(description).find("activate") != std::string::npos;
}

// The accounts beside its own that a credit may pay for, if AWS says so; nothing: as sharing says.
std::optional<std::vector<std::string>> shared_with(const Entry& entry) {
  const std::string type = entry.text("creditSharingType");
  const JsonNode* enabled = entry.find("accountHasCreditSharingEnabled");
  if (type == "DISABLED" || (enabled != nullptr && enabled->kind == NodeKind::boolean && !enabled->boolean)) {
    return std::vector<std::string>{};
  }
  if (type == "CUSTOM" || type == "COST_CATEGORY_RULE") return entry.texts("shareableAccounts");
  return std::nullopt;
}

class Importer {
 public:
  Importer(std::string_view json, text::Timestamp as_of, bool as_of_given)
      : as_of_(as_of),
        of_file_(content_digest(json) + (as_of_given ? "\n" + text::format_timestamp(as_of) : std::string{})) {}

  // One a credit. Pages that overlap repeat entries; a credit that is there with two contents is none that can be
  // taken.
  std::vector<OwnFact> credits(const JsonNode& list) {
    std::vector<OwnFact> facts;
    std::map<std::string, std::size_t> places;
    for (const JsonNode& node : list.items) {
      OwnFact fact = credit(Entry{node, problem_});
      if (problem_) break;
      const auto [place, is_new] = places.emplace(fact.subject, facts.size());
      if (is_new) {
        facts.push_back(std::move(fact));
      } else if (facts[place->second].details != fact.details || facts[place->second].account != fact.account) {
        problem_.note({"credit " + fact.subject + " is there twice, with different figures", "", node.offset});
      }
    }
    return facts;
  }

  OwnFact credit(const Entry& entry) {
    OwnFact fact = made("CreditsImported", entry.credit(), entry.account(), "");
    text::JsonWriter details = text::JsonWriter::inside(fact.details);
    const text::Money initial = entry.needed_money("initialAmount");
    if (initial <= text::Money{}) {
      entry.wrong(entry.node(), "credit " + fact.subject + "'s initialAmount isn't more than nothing");
    }
    details.member("initialAmount", initial.text());
    const text::Money remaining = entry.needed_money("remainingAmount");
    details.member("remainingAmount", std::max(text::Money{}, remaining).text());
    if (const auto estimated = entry.money("estimatedAmount")) {
      details.member("estimatedAmount", std::max(text::Money{}, *estimated).text());
    }
    if (remaining > initial) {
      entry.wrong(entry.node(), "credit " + fact.subject + "'s remainingAmount is more than its initialAmount");
    }
    const auto start = entry.time("startDate");
    const auto end = entry.time("endDate");
    if (!start) entry.wrong(entry.node(), "credit " + fact.subject + " has no startDate");
    if (start && end && *end < *start) {
      entry.wrong(entry.node(), "credit " + fact.subject + "'s endDate is before its startDate");
    }
    const auto put_time = [&](std::string_view name, const std::optional<text::Timestamp>& time) {
      if (time) details.member(name, text::format_timestamp(*time));
    };
    put_time("issuedAt", start);
    put_time("expiresAt", end);
    put_time("exhaustedAt", entry.time("exhaustDate"));
    details.member("creditType", entry.needed("creditType"));
    const std::string description = entry.text("description");
    details.member_if_any("description", description);
    if (names_activate(description)) details.member("program", "Activate");
    details.list("products", entry.texts("applicableProductNames"));
    details.member_if_any("sharing", entry.text("creditSharingType"));
    if (const auto accounts = shared_with(entry)) details.list("sharedWith", *accounts);
    details.member("enabled", entry.text("creditStatus") != "DISABLED").close('}');
    return fact;
  }

  // One a credit and month, so that the figures of a newer file replace those of an older one.
  std::vector<OwnFact> history(const JsonNode& list) {
    struct MonthlyUse {
      bool estimated = false;
      std::map<std::pair<std::string, std::string>, text::Money> by_place;
    };
    std::map<std::pair<std::string, std::string>, MonthlyUse> months;
    for (const JsonNode& node : list.items) {
      const Entry entry{node, problem_};
      const std::string month = entry.needed("billingMonth");
      if (!text::Month::parse(month)) entry.wrong(node, "billingMonth '" + month + "' is no month as 2024-05");
      MonthlyUse& sums = months[{entry.credit(), month}];
      const JsonNode* estimated = entry.find("isEstimatedBill");
      sums.estimated = sums.estimated || (estimated != nullptr && estimated->boolean);
      // Credits that reduce a bill are negative there.
      sums.by_place[{entry.account(), entry.needed("appliedServiceName")}] -= entry.needed_money("creditAmount");
      if (problem_) return {};
    }
    std::vector<OwnFact> facts;
    for (const auto& [key, sums] : months) {
      OwnFact fact = made("CreditUseImported", key.first, sums.by_place.begin()->first.first, key.second);
      text::JsonWriter details = text::JsonWriter::inside(fact.details);
      details.member("month", key.second).member("estimated", sums.estimated);
      details.table("uses", sums.by_place, [&](const auto& use) {
        const auto& [place, amount] = use;
        details.member("accountId", place.first).member("service", place.second).member("amount", amount.text());
      });
      details.close('}');
      facts.push_back(std::move(fact));
    }
    return facts;
  }

  [[nodiscard]] const text::FirstProblem& problem() const { return problem_; }

 private:
  OwnFact made(std::string_view name, const std::string& credit, const std::string& account, std::string_view month) {
    OwnFact fact;
    fact.name = name;
    fact.time = as_of_;
    fact.account = account;
    fact.subject = credit;
    fact.identity = of_file_ + "\n" + credit + "\n" + std::string{month};
    text::JsonWriter{fact.details}.open('{').member("creditId", credit);
    return fact;
  }

  text::Timestamp as_of_;
  std::string of_file_;
  text::FirstProblem problem_;
};

std::vector<std::string> notices_of(const JsonNode& root) {
  std::vector<std::string> notices;
  const JsonNode* failed = root.find("failedMonths");
  std::string months;
  if (failed != nullptr) {
    for (const JsonNode& month : failed->items) months += (months.empty() ? "" : ", ") + month.text;
  }
  if (!months.empty()) notices.push_back("AWS couldn't give the history of " + months + ": those months are missing");
  const JsonNode* partial = root.find("partialResults");
  if (partial != nullptr && partial->boolean && months.empty()) {
    notices.emplace_back("AWS says that the history is partial: months may be missing");
  }
  if (root.find("nextToken") != nullptr)
    notices.emplace_back("this is one page; the next ones are to be imported, too");
  return notices;
}

}  // namespace

text::Result<BillingImport> import_of(std::string_view json, text::Timestamp as_of, bool as_of_given) {
  const std::size_t begin = json.find_first_not_of(" \t\r\n");
  // `--query credits` prints the bare list.
  const bool bare = begin != std::string_view::npos && json[begin] == '[';
  std::string whole;
  if (bare) text::JsonWriter{whole}.open('{').raw_member("credits", json).close('}');
  const auto root = text::parse_json_object(bare ? whole : json);
  if (!root) return root.error();
  const JsonNode* list = root->find("creditAllocationHistoryList");
  if (list == nullptr) list = root->find("credits");
  if (list == nullptr || list->kind != NodeKind::array) {
    return text::Problem{"is neither what `aws billing get-credits` prints nor `get-credit-allocation-history`", "", 0};
  }
  BillingImport made;
  const bool months = !list->items.empty() && list->items.front().find("billingMonth") != nullptr;
  made.kind = months || root->find("credits") == nullptr ? "GetCreditAllocationHistory" : "GetCredits";
  if (list->items.size() > kMostEntries) return text::Problem{"has more than 200,000 entries", "", list->offset};
  made.notices = notices_of(*root);
  if (const auto currency = other_currency_beside(*root)) {
    return text::Problem{"is in " + *currency + "; credits are in USD", "", root->offset};
  }
  Importer importer{json, as_of, as_of_given};
  made.facts = made.kind == "GetCredits" ? importer.credits(*list) : importer.history(*list);
  if (importer.problem()) return *importer.problem();
  return made;
}

}  // namespace trailkeeper::rules::credits
