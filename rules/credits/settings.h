// What the rules leave open, and the lists that they refer to.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "text/calendar.h"
#include "text/money.h"
#include "text/result.h"

namespace trailkeeper::rules::credits {

/// Named as in the settings file (docs/credits.md).
struct Settings {
  enum class IgnoreCase { none, domain, all };

  text::Money lifetime_cap = text::Money::of_dollars(100'000);  ///< R32.
  bool clip_to_cap = true;                             ///< R32: a request above the cap gets what is left of it.
  int founded_years = 10;                              ///< R14.
  bool founded_inclusive = true;                       ///< R14: exactly this many years are still eligible.
  bool leap_day_into_march = false;                    ///< R35: a year after 29 February is 1 March, not 28 February.
  bool tie_rejects_later = true;                       ///< R23: of two equal applications.
  IgnoreCase email_ignores_case = IgnoreCase::domain;  ///< R29.
  bool taiwan_refused = true;                          ///< R17; else only a finding.
  bool sharing_default = true;                         ///< R46, until an event says otherwise.
  bool cover_tax = false;                              ///< Whether credits pay lines of type Tax.
  int grant_within_hours = 72;                         ///< R57.
  int retry_after_hours = 24;                          ///< R58.
  int late_after_business_days = 10;                   ///< R52.
  int display_decimals = 2;                            ///< Of money in tables.
  std::set<text::Day> holidays;                        ///< R52.
  std::set<std::string, std::less<>> services;         ///< R42: product codes that credits cover.
  /// Product codes by the names that the Billing API gives the services.
  std::map<std::string, std::string, std::less<>> service_names;
  std::set<std::string, std::less<>> never;          ///< R40: product codes that they never cover.
  std::set<std::string, std::less<>> support_plans;  ///< R43: product codes of support that they cover.
  /// Event name, fact, and the paths where it may stand (`requestParameters.form.orgId`), instead of the default place.
  std::map<std::string, std::map<std::string, std::vector<std::string>, std::less<>>, std::less<>> facts;

  /// The settings that come with the program (settings.json).
  static const Settings& built_in();
  /// The built-in settings with what `json` replaces. Unknown names are errors.
  static text::Result<Settings> parse(std::string_view json);
};

/// The file that comes with the program, as written.
std::string_view built_in_settings_text();

}  // namespace trailkeeper::rules::credits
