// Who pays for whom, and who shares credits, over time (R46, R47, R61).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "text/calendar.h"

namespace trailkeeper::rules::credits {

/// Filled in order of time; then read.
class Organisations {
 public:
  explicit Organisations(bool sharing_default) : sharing_default_(sharing_default) {}

  /// `payer` empty: the account left.
  void joined(const std::string& account, const std::string& payer, text::Timestamp time);
  void shares(const std::string& payer, bool enabled, text::Timestamp time);
  /// The account has charges on the payer's bill: that is its organisation, if no event says otherwise.
  void billed(const std::string& account, const std::string& payer, text::Month month);

  /// Accounts that have joined the payer at any time, according to events.
  [[nodiscard]] const std::set<std::string>& ever_joined(const std::string& payer) const;
  /// Whether the payer's sharing is on at the month's end (R47).
  [[nodiscard]] bool sharing(const std::string& payer, text::Month month) const;
  /// Whether the account's credits may pay for other accounts on the payer's bill of the month, if sharing is on: it
  /// belongs to the organisation, and didn't join in that month (R61).
  [[nodiscard]] bool belongs(const std::string& account, const std::string& payer, text::Month month) const;

 private:
  using Changes = std::map<text::Timestamp, std::string>;
  std::unordered_map<std::string, Changes> payers_;
  std::unordered_map<std::string, std::set<std::string>> members_;  // By payer.
  std::unordered_map<std::string, std::map<text::Timestamp, bool>> sharing_;
  std::unordered_map<std::string, std::set<std::pair<std::string, text::Month>>> billed_;
  bool sharing_default_;
};

}  // namespace trailkeeper::rules::credits
