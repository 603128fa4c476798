// What applicants have had before: startups across all their accounts if forms name them, otherwise accounts.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "text/money.h"

namespace trailkeeper::rules::credits {

/// What is added up for an applicant.
enum class Sum : std::uint8_t {
  awarded,  ///< What counts for later applications.
  issued,   ///< Activate credits.
};

/// Sums, and offers taken, by applicant. What names no startup belongs to the startup whose form came first from its
/// account; until there is one, to the account alone.
class Standing {
 public:
  /// A form of that startup came from the account. No startup: it says nothing.
  void applies(const std::string& startup, const std::string& account);
  /// Sums that money can't hold stay at its limit.
  void add(Sum sum, const std::string& startup, const std::string& account, text::Money amount);
  void takes_offer(const std::string& startup, const std::string& account, const std::string& org_id);

  /// For the startup; if `startup` is empty, all that its account has had.
  [[nodiscard]] text::Money total(Sum sum, const std::string& startup, const std::string& account) const;
  [[nodiscard]] bool had_offer(const std::string& startup, const std::string& account, const std::string& org_id) const;
  /// The startup whose form came first from the account; empty if there is
  /// none.
  [[nodiscard]] const std::string& startup_of(const std::string& account) const;

 private:
  struct Had {
    std::array<text::Money, 2> totals;  // By Sum.
    std::unordered_set<std::string> offers;
  };
  using ByName = std::unordered_map<std::string, Had>;

  // Where something is kept besides its account.
  Had& beside(const std::string& startup, const std::string& account);
  [[nodiscard]] const Had* find(const std::string& startup, const std::string& account) const;

  ByName startups_;
  ByName accounts_;
  ByName nameless_;  // By account: what waits for a startup.
  boost::unordered_flat_map<std::string, std::string> first_startups_;
};

}  // namespace trailkeeper::rules::credits
