#include "rules/credits/country.h"

#include <algorithm>
#include <array>

#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

struct NamedCountry {
  std::string_view code;
  std::array<std::string_view, 9> names;  // In small letters, without blanks and punctuation.
};

constexpr std::array<NamedCountry, 3> kNamedCountries{
    {{"CN",
      {"cn", "chn", "prc", "china", "mainlandchina", "chinamainland", "prchina", "peoplesrepublicofchina",
       "thepeoplesrepublicofchina"}},
     {"HK", {"hk", "hkg", "hongkong", "hongkongsar", "hongkongsarchina", "hongkongchina"}},
     {"TW", {"tw", "twn", "taiwan", "taiwanprovinceofchina", "taiwanroc", "republicofchina"}}}};

}  // namespace

std::string country_code(std::string_view country) {
  static constexpr std::string_view kBetween = " .,'-_()\t";
  std::string name = text::lowered(country);
  std::erase_if(name, [](char c) { return kBetween.find(c) != std::string_view::npos; });
  for (const NamedCountry& one : kNamedCountries) {
    const auto same = [&name](std::string_view known) { return !known.empty() && known == name; };
    if (std::any_of(one.names.begin(), one.names.end(), same)) return std::string{one.code};
  }
  return std::string{country};
}

}  // namespace trailkeeper::rules::credits
