// An event's facts by name: where the settings say, else in the default places.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/fact.h"
#include "rules/credits/settings.h"
#include "text/first_problem.h"
#include "text/json_node.h"

namespace trailkeeper::rules::credits {

constexpr std::string_view kAccountsNeeded = "must hold account IDs of 12 digits";

using JsonObjects = std::vector<const text::JsonNode*>;

/// What is at a path of names with dots between; of an array's items the first that has it; null if nothing is. The
/// objects on the way to it are appended to `around`.
const text::JsonNode* fact_at(const text::JsonNode& root, std::string_view path, JsonObjects* around = nullptr);

/// Whether somebody who keeps the ledger entered the event (rules/credits/own_fact.h).
bool is_own(const text::JsonNode& record);

/// Reads the facts of one event, whose parts must outlive this. A fact that is wrong is noted, and reads as if it
/// weren't there: ask problem() when all are read.
class NamedFacts {
 public:
  /// `id` is the eventID, or what stands for it.
  NamedFacts(const text::JsonNode& record, const EventHead& head, const std::string& id, const Settings& settings);

  [[nodiscard]] const text::JsonNode* node(std::string_view fact) const;
  std::optional<std::string> optional_text(std::string_view fact);
  std::string text(std::string_view fact) { return optional_text(fact).value_or(""); }
  std::string needed_text(std::string_view fact);
  /// An account ID, or an empty text: what else stands there would be shown as an account, whatever it is (R20).
  std::optional<std::string> account(std::string_view fact);
  std::optional<std::vector<std::string>> accounts(std::string_view fact);
  /// Notes a fact's text that is neither an account ID nor empty.
  void need_account(std::string_view fact, std::string_view text,
                    std::string_view message = "must be an account ID of 12 digits");
  /// An amount of dollars, not negative.
  std::optional<text::Money> money(std::string_view fact);
  std::optional<bool> flag(std::string_view fact);
  std::optional<text::Timestamp> time(std::string_view fact);
  std::optional<text::Day> day(std::string_view fact);
  /// A whole number of up to three digits; 0 for what is none, so that the rules can tell it (R35).
  std::optional<int> count(std::string_view fact);
  std::vector<std::string> texts(std::string_view fact);

  /// Refuses the fact unless the amount, what is beside it in `around`, and the settings' own fact of the currency
  /// agree that it is in USD.
  bool need_dollars(std::string_view fact, const text::JsonNode& amount, const JsonObjects& around);
  /// The objects in which a fact lies, or may.
  [[nodiscard]] JsonObjects objects_around(std::string_view fact) const;

  /// Notes what is wrong with a fact.
  void refuse(std::string_view fact, std::string_view message);

  [[nodiscard]] const text::FirstProblem& problem() const { return problem_; }
  [[nodiscard]] const text::JsonNode& record() const { return record_; }
  [[nodiscard]] const EventHead& head() const { return head_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }

 private:
  void refuse(std::string_view fact, std::string_view message, const text::JsonNode& at);

  const text::JsonNode& record_;
  const EventHead& head_;
  const std::string& id_;
  const Settings& settings_;
  const std::map<std::string, std::vector<std::string>, std::less<>>* paths_ = nullptr;
  text::FirstProblem problem_;
};

}  // namespace trailkeeper::rules::credits
