#include "rules/credits/named_facts.h"

#include <array>

#include "rules/credits/currency.h"
#include "rules/credits/own_fact.h"
#include "rules/iam/arn.h"
#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

using NodeKind = text::JsonNode::Kind;

// Where an event's facts are by default.
constexpr std::array<std::string_view, 3> kPlaces{"serviceEventDetails", "requestParameters", "additionalEventData"};

}  // namespace

const text::JsonNode* fact_at(const text::JsonNode& root, std::string_view path, JsonObjects* around) {
  if (path.empty()) return &root;
  if (root.kind == NodeKind::array) {
    for (const text::JsonNode& item : root.items) {
      // Arrays in arrays are as deep as the parser lets them be.
      const text::JsonNode* found = fact_at(item, path, around);
      if (found != nullptr && found->kind != NodeKind::null) return found;
    }
    return nullptr;
  }
  if (around != nullptr) around->push_back(&root);
  const std::size_t dot = path.find('.');
  const text::JsonNode* next = root.find(path.substr(0, dot));
  if (next == nullptr) return nullptr;
  return fact_at(*next, dot == std::string_view::npos ? "" : path.substr(dot + 1), around);
}

bool is_own(const text::JsonNode& record) {
  const text::JsonNode* by = fact_at(record, "userIdentity.invokedBy");
  return by != nullptr && by->text == kOwnSource;
}

NamedFacts::NamedFacts(const text::JsonNode& record, const EventHead& head, const std::string& id,
                       const Settings& settings)
    : record_(record), head_(head), id_(id), settings_(settings) {
  const auto found = settings.facts.find(head.name);
  if (found != settings.facts.end() && !is_own(record)) paths_ = &found->second;
}

void NamedFacts::refuse(std::string_view fact, std::string_view message) {
  const std::string name{fact};
  problem_.note({name + " " + std::string{message}, "/" + name, 0});
}

void NamedFacts::refuse(std::string_view fact, std::string_view message, const text::JsonNode& at) {
  refuse(fact, std::string{message} + ", not " + std::string{text::kind_name(at.kind)});
}

const text::JsonNode* NamedFacts::node(std::string_view fact) const {
  if (paths_ != nullptr) {
    if (const auto found = paths_->find(fact); found != paths_->end()) {
      for (const std::string& path : found->second) {
        if (const text::JsonNode* at = fact_at(record_, path); at != nullptr && at->kind != NodeKind::null) return at;
      }
      return nullptr;
    }
  }
  for (const std::string_view place : kPlaces) {
    const text::JsonNode* details = record_.find(place);
    const text::JsonNode* at = details == nullptr ? nullptr : details->find(fact);
    if (at != nullptr && at->kind != NodeKind::null) return at;
  }
  return nullptr;
}

std::optional<std::string> NamedFacts::optional_text(std::string_view fact) {
  const text::JsonNode* at = node(fact);
  if (at == nullptr) return std::nullopt;
  if (at->kind == NodeKind::string || at->kind == NodeKind::number) return at->text;
  refuse(fact, "must be a string", *at);
  return std::nullopt;
}

std::string NamedFacts::needed_text(std::string_view fact) {
  std::string found = text(fact);
  if (found.empty()) refuse(fact, "is missing");
  return found;
}

std::optional<std::string> NamedFacts::account(std::string_view fact) {
  auto found = optional_text(fact);
  if (found) need_account(fact, *found);
  return found;
}

std::optional<std::vector<std::string>> NamedFacts::accounts(std::string_view fact) {
  if (node(fact) == nullptr) return std::nullopt;
  auto found = texts(fact);
  for (const std::string& account : found) need_account(fact, account, kAccountsNeeded);
  return found;
}

void NamedFacts::need_account(std::string_view fact, std::string_view text, std::string_view message) {
  if (!text.empty() && !iam::is_account_id(text)) refuse(fact, message);
}

std::optional<text::Money> NamedFacts::money(std::string_view fact) {
  const text::JsonNode* at = node(fact);
  if (at == nullptr || !need_dollars(fact, *at, objects_around(fact))) return std::nullopt;
  const text::JsonNode* number = at->kind == NodeKind::object ? at->find("amount") : at;
  if (number != nullptr && (number->kind == NodeKind::string || number->kind == NodeKind::number)) {
    const auto money = text::Money::parse(number->text);
    if (money && !money->is_negative()) return money;
  }
  refuse(fact, "must be an amount of dollars, not negative", *at);
  return std::nullopt;
}

bool NamedFacts::need_dollars(std::string_view fact, const text::JsonNode& amount, const JsonObjects& around) {
  bool other = other_currency_in(amount).has_value();
  for (const text::JsonNode* object : around) other = other || other_currency_beside(*object);
  if (paths_ != nullptr) {
    for (const auto& [name, paths] : *paths_) {
      const text::JsonNode* named = names_currency(name) ? node(name) : nullptr;
      other = other || (named != nullptr && other_currency(*named));
    }
  }
  if (other) refuse(fact, "is in another currency than USD: it isn't read");
  return !other;
}

JsonObjects NamedFacts::objects_around(std::string_view fact) const {
  JsonObjects around;
  for (const std::string_view place : kPlaces) {
    const text::JsonNode* details = record_.find(place);
    if (details != nullptr) around.push_back(details);
  }
  if (paths_ == nullptr) return around;
  if (const auto found = paths_->find(fact); found != paths_->end()) {
    for (const std::string& path : found->second) fact_at(record_, path, &around);
  }
  return around;
}

std::optional<bool> NamedFacts::flag(std::string_view fact) {
  const text::JsonNode* at = node(fact);
  if (at == nullptr) return std::nullopt;
  if (at->kind == NodeKind::boolean) return at->boolean;
  if (at->kind == NodeKind::string && (at->text == "true" || at->text == "false")) return at->text == "true";
  refuse(fact, "must be true or false", *at);
  return std::nullopt;
}

std::optional<text::Timestamp> NamedFacts::time(std::string_view fact) {
  const auto found = optional_text(fact);
  if (!found || found->empty()) return std::nullopt;
  if (const auto day = text::parse_day(*found)) return text::start_of(*day);
  if (const auto time = text::parse_timestamp(*found)) return time;
  refuse(fact, "must be a date or a time");
  return std::nullopt;
}

std::optional<text::Day> NamedFacts::day(std::string_view fact) {
  const auto found = time(fact);
  if (!found) return std::nullopt;
  return text::day_of(*found);
}

std::optional<int> NamedFacts::count(std::string_view fact) {
  const std::string digits = text(fact);
  if (digits.empty()) return std::nullopt;
  constexpr std::size_t kMost = 3;
  return digits.size() <= kMost && text::is_digits(digits) ? std::stoi(digits) : 0;
}

std::vector<std::string> NamedFacts::texts(std::string_view fact) {
  std::vector<std::string> found;
  const text::JsonNode* at = node(fact);
  if (at == nullptr) return found;
  if (at->kind != NodeKind::array) {
    refuse(fact, "must be an array", *at);
    return found;
  }
  for (const text::JsonNode& item : at->items) {
    if (item.kind != NodeKind::string && item.kind != NodeKind::number) {
      refuse(fact, "must hold strings or numbers", item);
    }
    found.push_back(item.text);
  }
  return found;
}

}  // namespace trailkeeper::rules::credits
