#include "rules/credits/wording.h"

#include <algorithm>
#include <array>

#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view path, const std::array<std::string_view, N>& paths) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

}  // namespace

Wording wording_of(std::string_view path) {
  constexpr std::array<std::string_view, 7> kFixed{"awsRegion",   "errorCode", "eventID",        "eventName",
                                                   "eventSource", "eventTime", "sourceIPAddress"};
  constexpr std::array<std::string_view, 6> kTerms{
      "eventCategory",     "eventType",        "eventVersion",
      "userIdentity.type", "resources[].type", "userIdentity.sessionContext.sessionIssuer.type"};
  if (is_one_of(path, kFixed)) return Wording::fixed;
  return is_one_of(path, kTerms) ? Wording::terms : Wording::free;
}

bool is_like_term(std::string_view word) {
  constexpr std::size_t kVersion = 4;
  const bool version = word.size() == kVersion && text::is_digit(word[0]) && word[1] == '.' &&
                       text::is_digit(word[2]) && text::is_digit(word[3]);
  return version || word.find("::") != std::string_view::npos || is_plain_name(word);
}

bool is_plain_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

}  // namespace trailkeeper::rules::credits
