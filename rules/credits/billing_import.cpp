#include "rules/credits/billing_import.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "rules/credits/calendar.h"
#include "rules/credits/currency.h"
#include "rules/credits/money.h"
#include "rules/iam/arn.h"
#include "text/ascii.h"
#include "text/json_node.h"
#include "text/json_text.h"

namespace trailkeeper::rules::credits {
namespace {

using text::JsonNode;
using Kind = JsonNode::Kind;

constexpr std::size_t kMostEntries = 200'000;
constexpr std::size_t kMostProducts = 1'000;

// Thrown while an entry is read, and caught by import_of.
struct WrongImport {
  text::Problem error;
};

[[noreturn]] void wrong(const JsonNode& at, std::string message) {
  throw WrongImport{{std::move(message), "", at.offset}};
}

// One entry of an answer's list.
class Entry {
 public:
  explicit Entry(const JsonNode& node) : node_(node) {
    if (node.kind != Kind::object) wrong(node, "an entry of the list is no object");
  }

  [[nodiscard]] const JsonNode* find(std::string_view name) const {
    const JsonNode* found = node_.find(name);
    return found == nullptr || found->kind == Kind::null ? nullptr : found;
  }
  [[nodiscard]] std::string text(std::string_view name) const {
    const JsonNode* found = find(name);
    if (found == nullptr) return {};
    if (found->kind != Kind::string && found->kind != Kind::number) wrong(*found, std::string{name} + " is no text");
    return found->text;
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
  [[nodiscard]] std::optional<Money> money(std::string_view name) const {
    const JsonNode* found = find(name);
    if (found == nullptr) return std::nullopt;
    auto currency = other_currency_in(*found);
    if (!currency) currency = other_currency_beside(node_);
    if (currency) wrong(*found, std::string{name} + " is in " + *currency + "; credits are in USD");
    const JsonNode* number = found;
    if (found->kind == Kind::object) {
      number = nullptr;
      for (const std::string_view key : {"currencyAmount", "amount", "value"}) {
        if (number == nullptr) number = found->find(key);
      }
    }
    const auto money = number == nullptr ? std::nullopt : Money::parse(number->text);
    if (!money) wrong(*found, std::string{name} + " is no amount");
    return money;
  }
  [[nodiscard]] Money needed_money(std::string_view name) const {
    const auto found = money(name);
    if (!found) wrong(node_, "an entry has no " + std::string{name});
    return *found;
  }

  // Seconds since 1970, as the API and the CLI's version 1 print them, or ISO 8601, as version 2 does.
  [[nodiscard]] std::optional<text::Timestamp> time(std::string_view name) const {
    const std::string found = text(name);
    if (found.empty()) return std::nullopt;
    if (const auto day = parse_day(found)) return start_of(*day);
    if (const auto time = text::parse_timestamp(found)) return time;
    double seconds = 0;
    const auto [end, problem] = std::from_chars(found.data(), found.data() + found.size(), seconds);
    constexpr double kLast = 253402300799;  // 9999-12-31
    if (problem != std::errc{} || end != found.data() + found.size() || !(seconds >= 0 && seconds <= kLast)) {
      wrong(*find(name), std::string{name} + " '" + found + "' is no time");
    }
    return static_cast<text::Timestamp>(seconds) * text::kSecond;
  }

  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    const JsonNode* found = find(name);
    if (found == nullptr) return all;
    if (found->kind != Kind::array) wrong(*found, std::string{name} + " is no array");
    if (found->items.size() > kMostProducts) wrong(*found, std::string{name} + " has more than 1,000 entries");
    for (const JsonNode& item : found->items) all.push_back(item.text);
    return all;
  }

  [[nodiscard]] const JsonNode& node() const { return node_; }

 private:
  const JsonNode& node_;
};

void append_texts(std::string_view name, const std::vector<std::string>& texts, std::string& object) {
  object += object.back() == '{' ? "" : ",";
  text::append_quoted(name, object);
  object += ":[";
  for (const std::string& text : texts) {
    if (object.back() != '[') object.push_back(',');
    text::append_quoted(text, object);
  }
  object.push_back(']');
}

void append_day(std::string_view name, const std::optional<text::Timestamp>& time, std::string& object) {
  if (time) append_member(name, text::format_timestamp(*time), object);
}

bool names_activate(std::string_view description) {
  return text::lowered(description).find("activate") != std::string::npos;
}

// The accounts beside its own that a credit may pay for, if AWS says so; nothing: as sharing says.
std::optional<std::vector<std::string>> shared_with(const Entry& entry) {
  const std::string type = entry.text("creditSharingType");
  const JsonNode* enabled = entry.find("accountHasCreditSharingEnabled");
  if (type == "DISABLED" || (enabled != nullptr && enabled->kind == Kind::boolean && !enabled->boolean)) {
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
      OwnFact fact = credit(Entry{node});
      const auto [place, is_new] = places.emplace(fact.subject, facts.size());
      if (is_new) {
        facts.push_back(std::move(fact));
      } else if (facts[place->second].details != fact.details || facts[place->second].account != fact.account) {
        wrong(node, "credit " + fact.subject + " is there twice, with different figures");
      }
    }
    return facts;
  }

  OwnFact credit(const Entry& entry) {
    OwnFact fact = made("CreditsImported", entry.credit(), entry.account(), "");
    std::string& details = fact.details;
    const Money initial = entry.needed_money("initialAmount");
    if (initial <= Money{}) wrong(entry.node(), "credit " + fact.subject + "'s initialAmount isn't more than nothing");
    append_member("initialAmount", initial.text(), details);
    const Money remaining = entry.needed_money("remainingAmount");
    append_member("remainingAmount", std::max(Money{}, remaining).text(), details);
    if (const auto estimated = entry.money("estimatedAmount")) {
      append_member("estimatedAmount", std::max(Money{}, *estimated).text(), details);
    }
    if (remaining > initial) {
      wrong(entry.node(), "credit " + fact.subject + "'s remainingAmount is more than its initialAmount");
    }
    const auto start = entry.time("startDate");
    const auto end = entry.time("endDate");
    if (!start) wrong(entry.node(), "credit " + fact.subject + " has no startDate");
    if (end && *end < *start) wrong(entry.node(), "credit " + fact.subject + "'s endDate is before its startDate");
    append_day("issuedAt", start, details);
    append_day("expiresAt", end, details);
    append_day("exhaustedAt", entry.time("exhaustDate"), details);
    append_member("creditType", entry.needed("creditType"), details);
    const std::string description = entry.text("description");
    if (!description.empty()) append_member("description", description, details);
    if (names_activate(description)) append_member("program", "Activate", details);
    append_texts("products", entry.texts("applicableProductNames"), details);
    const std::string sharing = entry.text("creditSharingType");
    if (!sharing.empty()) append_member("sharing", sharing, details);
    if (const auto accounts = shared_with(entry)) append_texts("sharedWith", *accounts, details);
    details += entry.text("creditStatus") == "DISABLED" ? ",\"enabled\":false" : ",\"enabled\":true";
    details += "}";
    return fact;
  }

  // One a credit and month, so that the figures of a newer file replace those of an older one.
  std::vector<OwnFact> history(const JsonNode& list) {
    struct Month {
      bool estimated = false;
      std::map<std::pair<std::string, std::string>, Money> by_place;
    };
    std::map<std::pair<std::string, std::string>, Month> months;
    for (const JsonNode& node : list.items) {
      const Entry entry{node};
      const std::string month = entry.needed("billingMonth");
      if (!credits::Month::parse(month)) wrong(node, "billingMonth '" + month + "' is no month as 2024-05");
      Month& sums = months[{entry.credit(), month}];
      const JsonNode* estimated = entry.find("isEstimatedBill");
      sums.estimated = sums.estimated || (estimated != nullptr && estimated->boolean);
      // Credits that reduce a bill are negative there.
      sums.by_place[{entry.account(), entry.needed("appliedServiceName")}] -= entry.needed_money("creditAmount");
    }
    std::vector<OwnFact> facts;
    for (const auto& [key, sums] : months) {
      OwnFact fact = made("CreditUseImported", key.first, sums.by_place.begin()->first.first, key.second);
      append_member("month", key.second, fact.details);
      fact.details += sums.estimated ? ",\"estimated\":true,\"uses\":[" : ",\"estimated\":false,\"uses\":[";
      for (const auto& [place, amount] : sums.by_place) {
        fact.details += fact.details.back() == '[' ? "{" : ",{";
        append_member("accountId", place.first, fact.details);
        append_member("service", place.second, fact.details);
        append_member("amount", amount.text(), fact.details);
        fact.details += "}";
      }
      fact.details += "]}";
      facts.push_back(std::move(fact));
    }
    return facts;
  }

 private:
  OwnFact made(std::string_view name, const std::string& credit, const std::string& account, std::string_view month) {
    OwnFact fact;
    fact.name = name;
    fact.time = as_of_;
    fact.account = account;
    fact.subject = credit;
    fact.identity = of_file_ + "\n" + credit + "\n" + std::string{month};
    fact.details = "{";
    append_member("creditId", credit, fact.details);
    return fact;
  }

  text::Timestamp as_of_;
  std::string of_file_;
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
  const std::string whole = bare ? "{\"credits\":" + std::string{json} + "}" : std::string{json};
  const auto root = text::parse_json_object(whole);
  if (!root) return root.error();
  const JsonNode* list = root->find("creditAllocationHistoryList");
  if (list == nullptr) list = root->find("credits");
  if (list == nullptr || list->kind != Kind::array) {
    return text::Problem{"is neither what `aws billing get-credits` prints nor `get-credit-allocation-history`", "", 0};
  }
  BillingImport made;
  const bool months = !list->items.empty() && list->items.front().find("billingMonth") != nullptr;
  made.kind = months || root->find("credits") == nullptr ? "GetCreditAllocationHistory" : "GetCredits";
  if (list->items.size() > kMostEntries) return text::Problem{"has more than 200,000 entries", "", list->offset};
  made.notices = notices_of(*root);
  Importer importer{json, as_of, as_of_given};
  try {
    if (const auto currency = other_currency_beside(*root)) wrong(*root, "is in " + *currency + "; credits are in USD");
    if (made.kind == "GetCredits") {
      made.facts = importer.credits(*list);
    } else {
      made.facts = importer.history(*list);
    }
  } catch (const WrongImport& problem) {
    return problem.error;
  }
  return made;
}

}  // namespace trailkeeper::rules::credits
