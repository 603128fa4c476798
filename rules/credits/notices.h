// Mails that the programme sends, each once (R49, R50, R65).
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "rules/credits/book.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::credits {

struct Notice {
  text::Timestamp time = 0;
  std::string account;
  std::string_view kind;  ///< `expires-in-60-days`, `used-75`…
  std::string credit;     ///< Empty for `welcome`; the application for `decision`.
  std::string_view rule;
};

/// By time. Those about credits include what is still to come, as things stand.
std::vector<Notice> notices(const Book& book);

/// By credit: the notices of its expiry that are still to come, as `2024-05-01 expires-in-60-days`.
std::unordered_map<std::string, std::vector<std::string>> coming_expiry_notices(const Book& book);

}  // namespace trailkeeper::rules::credits
