#include "rules/credits/secret_name.h"

#include <algorithm>
#include <array>

#include "event/phrase_set.h"
#include "rules/credits/own_words.h"
#include "rules/credits/secret_mention.h"
#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

constexpr std::size_t kLongestName = 256;

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

// Without what spellings differ in.
std::string plain_name(std::string_view key) {
  std::string plain;
  for (const char c : key) {
    if (c != '_' && c != '-' && c != ' ' && c != '.') plain += text::lower(c);
  }
  return plain;
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& texts) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

template <std::size_t N>
bool ends_with_one_of(std::string_view text, const std::array<std::string_view, N>& ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return text.ends_with(end); });
}

constexpr std::size_t kLongestLabel = 64;
constexpr std::array<std::string_view, 26> kLabels{"orgcode",
                                                   "orgcodes",
                                                   "organizationcode",
                                                   "organisationcode",
                                                   "orgnumber",
                                                   "organizationnumber",
                                                   "organisationnumber",
                                                   "offercode",
                                                   "offercodes",
                                                   "couponcode",
                                                   "couponcodes",
                                                   "vouchercode",
                                                   "orgid",
                                                   "orgids",
                                                   "orgidlist",
                                                   "organizationid",
                                                   "organizationids",
                                                   "organisationid",
                                                   "organisationids",
                                                   "promocode",
                                                   "promotioncode",
                                                   "promotionalcode",
                                                   "promocodes",
                                                   "promotioncodes",
                                                   "promotionalcodes",
                                                   "a3popc"};

// Without what a form's label or field has around and between its words.
std::string plain_label(std::string_view text) {
  std::string plain = plain_name(text);
  std::erase_if(plain, [](char c) { return std::string_view{"[]()*:?\"'/"}.find(c) != std::string_view::npos; });
  return plain;
}

// `eu-central-1`, `us-gov-west-1`: an area, a direction, a digit.
bool is_region(std::string_view value) {
  constexpr std::array<std::string_view, 16> kAreas{"af",      "ap",      "ca",      "cn",  "eu",     "il",
                                                    "me",      "mx",      "sa",      "us",  "us-gov", "us-iso",
                                                    "us-isob", "us-isof", "eu-isoe", "eusc"};
  constexpr std::array<std::string_view, 9> kDirections{"central", "east",      "north",     "northeast", "northwest",
                                                        "south",   "southeast", "southwest", "west"};
  const std::size_t last = value.rfind('-');
  if (last == std::string_view::npos || last + 2 != value.size() || !text::is_digit(value.back())) return false;
  const std::size_t middle = value.rfind('-', last - 1);
  if (last == 0 || middle == std::string_view::npos) return false;
  return is_one_of(value.substr(0, middle), kAreas) &&
         is_one_of(value.substr(middle + 1, last - middle - 1), kDirections);
}

// AWS Organizations' `o-a1b2c3d4e5`, which is in the paths of files and in policies.
bool is_id_of_organizations(std::string_view value) {
  constexpr std::size_t kShortest = 12;
  constexpr std::size_t kLongest = 34;
  return value.starts_with("o-") && value.size() >= kShortest && value.size() <= kLongest &&
         std::all_of(value.begin() + 2, value.end(),
                     [](char c) { return text::is_digit(c) || (c >= 'a' && c <= 'z'); });
}

bool is_access_key(std::string_view value) {
  constexpr std::size_t kShortest = 16;
  constexpr std::array<std::string_view, 4> kPrefixes{"AKIA", "ASIA", "AIDA", "AROA"};
  return value.size() >= kShortest &&
         std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return value.starts_with(prefix); }) &&
         std::all_of(value.begin(), value.end(), [](char c) { return text::is_digit(c) || is_capital(c); });
}

bool is_address(std::string_view value) {
  const bool v4 = std::count(value.begin(), value.end(), '.') == 3 &&
                  value.find_first_not_of("0123456789.") == std::string_view::npos;
  const bool v6 = std::count(value.begin(), value.end(), ':') >= 2 &&
                  value.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  return v4 || v6;
}

}  // namespace

Secret secret_named(std::string_view key) {
  // What a name begins with, or where it comes from, is anybody's.
  key.remove_prefix(key.size() - std::min(key.size(), kLongestName));
  if (names_key_of_iam(key)) return Secret::none;
  if (const auto name = find_secret_name(key, 0)) return name->secret;
  // However many joints there are between its letters.
  const auto name = find_secret_name(plain_name(key), 0);
  return name ? name->secret : Secret::none;
}

Secret secret_named(std::string_view key, std::string_view value) {
  const Secret secret = secret_named(key);
  const bool org = secret == Secret::none && text::has_digit(value) && plain_name(key) == "org";
  return org ? Secret::org_id : secret;
}

bool goes_on_as_other_word(std::string_view text, std::size_t end) {
  constexpr std::array<std::string_view, 6> kBehindId{"entity", "entities", "entical", "eal", "eas", "iom"};
  constexpr std::array<std::string_view, 8> kBehindCode{"artifact", "base",   "build", "commit",
                                                        "deploy",   "pipeli", "star",  "whisper"};
  constexpr std::array<std::string_view, 12> kEnds{"ea", "le", "p",  "ps", "c",   "cs",
                                                   "d",  "r",  "rs", "x",  "gen", "guru"};
  if (end == 0 || end >= text.size()) return false;
  // `orgIdEntity`: the name ended before.
  const bool hump = is_capital(text[end]) && !is_capital(text[end - 1]);
  if (hump) return false;
  std::size_t letters = end;
  while (letters < text.size() && text::lower(text[letters]) >= 'a' && text::lower(text[letters]) <= 'z') ++letters;
  const std::string word = text::lowered(text.substr(end, letters - end));
  const auto begins = [&word](std::string_view other) { return word.starts_with(other); };
  return std::any_of(kBehindId.begin(), kBehindId.end(), begins) ||
         std::any_of(kBehindCode.begin(), kBehindCode.end(), begins) || is_one_of(word, kEnds);
}

bool names_key_of_iam(std::string_view name) {
  constexpr std::array<std::string_view, 4> kKeys{"principalorgid", "resourceorgid", "sourceorgid", "vpceorgid"};
  const std::size_t colon = name.rfind(':');
  if (colon == std::string_view::npos || text::lowered(name.substr(0, colon)) != "aws") return false;
  return is_one_of(text::lowered(name.substr(colon + 1)), kKeys);
}

bool is_secret_name(std::string_view text) {
  return text.size() <= kLongestLabel && ends_with_one_of(plain_label(text), kLabels);
}

bool is_nothing_but_secret_name(std::string_view text) {
  return text.size() <= kLongestLabel && is_one_of(plain_label(text), kLabels);
}

bool names_organisation(std::string_view key) {
  constexpr std::array<std::string_view, 6> kNames{"org",  "organization",  "organisation",
                                                   "orgs", "organizations", "organisations"};
  return key.size() <= kLongestName && ends_with_one_of(plain_name(key), kNames);
}

bool names_promotion(std::string_view key) {
  constexpr std::array<std::string_view, 4> kNames{"promo", "promos", "promotion", "promotions"};
  return key.size() <= kLongestName && ends_with_one_of(plain_name(key), kNames);
}

bool names_code(std::string_view key) {
  constexpr std::array<std::string_view, 2> kNames{"code", "codes"};
  return is_one_of(plain_name(key), kNames);
}

bool names_identifier(std::string_view key) {
  constexpr std::array<std::string_view, 4> kNames{"id", "ids", "identifier", "identifiers"};
  return is_one_of(plain_name(key), kNames);
}

bool names_value(std::string_view key) {
  constexpr std::array<std::string_view, 9> kNames{"value",   "values",  "val",   "text",    "answer",
                                                   "answers", "content", "input", "selected"};
  return is_one_of(plain_name(key), kNames);
}

std::vector<std::string> org_id_paths(const Settings& settings) {
  std::vector<std::string> paths;
  for (const auto& [event, facts] : settings.facts) {
    if (const auto found = facts.find("orgId"); found != facts.end()) {
      paths.insert(paths.end(), found->second.begin(), found->second.end());
    }
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

bool may_be_org_id(std::string_view path, const std::vector<std::string>& org_id_paths) {
  // A key that is written with escapes may be any.
  if (path.find('\\') != std::string_view::npos) return true;
  std::string plain;
  for (const char c : path) {
    if (c != '[' && c != ']' && static_cast<unsigned char>(c) >= ' ') plain += c;
  }
  if (std::any_of(org_id_paths.begin(), org_id_paths.end(), [&](const std::string& known) {
        // Above the place stands a string that may be JSON.
        return plain == known || plain.starts_with(known + ".") || known.starts_with(plain + ".");
      })) {
    return true;
  }
  for (std::size_t begin = 0; begin <= plain.size();) {
    const std::size_t end = std::min(plain.find('.', begin), plain.size());
    if (secret_named(std::string_view{plain}.substr(begin, end - begin), "0") == Secret::org_id) return true;
    begin = end + 1;
  }
  return false;
}

bool may_be_known(std::string_view value) {
  constexpr std::size_t kAccount = 12;
  if (value.size() < event::PhraseSet::kShortest || value.size() > event::PhraseSet::kLongest) return false;
  if (value == "true" || value == "false" || value == "null" || value == "None" || value == "undefined") return false;
  if (value.size() == kAccount && std::all_of(value.begin(), value.end(), text::is_digit)) return false;
  return !is_own_word(value) && !is_id_of_organizations(value) && !value.starts_with("arn:") &&
         !value.ends_with("amazonaws.com") && !is_region(value) && !is_access_key(value) && !is_address(value);
}

}  // namespace trailkeeper::rules::credits
