#include "event/sent_member.h"

#include <algorithm>
#include <array>
#include <string>

#include "event/record_member.h"
#include "text/ascii.h"

namespace trailkeeper::event {
namespace {

enum class Matches : std::uint8_t {
  part,    // Anywhere in the name.
  edge,    // At its begin or its end.
  longer,  // Anywhere in a name that is longer.
  whole,
};

struct SentName {
  std::string_view letters;
  Matches matches;
};

constexpr auto kSent = std::to_array<SentName>({
    {"agent", Matches::part},    {"args", Matches::part},
    {"body", Matches::longer},   {"clientmetadata", Matches::whole},
    {"cookie", Matches::part},   {"formdata", Matches::part},
    {"header", Matches::part},   {"host", Matches::part},
    {"param", Matches::part},    {"path", Matches::part},
    {"postdata", Matches::part}, {"query", Matches::part},
    {"refer", Matches::part},    {"req", Matches::whole},
    {"request", Matches::part},  {"res", Matches::whole},
    {"resp", Matches::whole},    {"response", Matches::part},
    {"ua", Matches::whole},      {"uri", Matches::edge},
    {"uristem", Matches::part},  {"url", Matches::edge},
    {"user", Matches::part},     {"variable", Matches::part},
});

// A name as all its spellings: `requestParameters`, `request_parameters`, `RequestParameters`.
std::string letters_of(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '_' && c != '-' && c != ' ') out.push_back(text::lower(c));
  }
  return out;
}

bool is_sent(std::string_view letters) {
  return std::any_of(kSent.begin(), kSent.end(), [&](const SentName& sent) {
    const bool whole = letters == sent.letters;
    switch (sent.matches) {
      case Matches::part: return letters.find(sent.letters) != text::npos;
      case Matches::edge: return letters.starts_with(sent.letters) || letters.ends_with(sent.letters);
      case Matches::longer: return !whole && letters.find(sent.letters) != text::npos;
      case Matches::whole: return whole;
    }
    return false;
  });
}

template <std::size_t Size>
bool is_one_of(std::string_view name, const std::array<std::string_view, Size>& names) {
  return std::find(names.begin(), names.end(), letters_of(name)) != names.end();
}

}  // namespace

bool names_what_was_sent(std::string_view name) {
  name = name.substr(0, name.find("[]"));
  return spells_structured_member(name) || is_sent(letters_of(name));
}

bool tells_request(std::string_view name) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"method", "httpmethod", "requestmethod", "verb", "requesturi", "requestcontext", "request", "req"});
  return is_one_of(name, kNames);
}

bool may_be_sent(std::string_view name) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"body", "data", "payload", "json", "items", "entries", "docs"});
  return is_one_of(name, kNames);
}

bool path_names_what_was_sent(std::string_view path) {
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    if (names_what_was_sent(path.substr(0, dot))) return true;
    path.remove_prefix(dot == text::npos ? path.size() : dot + 1);
  }
  return false;
}

}  // namespace trailkeeper::event
