#include "rules/requirements/clue.h"

#include <algorithm>

#include "rules/iam/glob.h"

namespace trailkeeper::rules::requirements {

using text::JsonNode;
using Kind = JsonNode::Kind;

namespace {

constexpr std::string_view kParameters = "requestParameters";

}  // namespace

bool lacks_parameters(const JsonNode& record) {
  const JsonNode* const parameters = record.find(kParameters);
  if (parameters == nullptr) return true;
  if (parameters->kind == Kind::null) return record.find("errorCode") != nullptr;
  const JsonNode* const omitted = parameters->find("omitted");
  return omitted != nullptr && omitted->text == "true";
}

Fits Clue::fits(const JsonNode& record) const {
  if (path.starts_with(kParameters) && lacks_parameters(record)) return Fits::unknown;
  const JsonNode* at = &record;
  for (std::string_view rest = path; at != nullptr && !rest.empty();) {
    const std::size_t dot = rest.find('.');
    at = at->find(rest.substr(0, dot));
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  }
  if (at == nullptr || at->kind == Kind::object || at->kind == Kind::array || at->kind == Kind::null) return Fits::no;
  std::string_view text = at->text;
  if (query) {
    const std::size_t mark = text.find('?');
    text = mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1);
  }
  const bool found = std::any_of(patterns.begin(), patterns.end(),
                                 [&](const std::string& pattern) { return iam::glob_match(pattern, text); });
  return found ? Fits::yes : Fits::no;
}

Fits fits_all(const std::vector<Clue>& clues, const JsonNode& record) {
  Fits all = Fits::yes;
  for (const Clue& clue : clues) {
    const Fits one = clue.fits(record);
    if (one == Fits::no) return one;
    if (one == Fits::unknown) all = one;
  }
  return all;
}

}  // namespace trailkeeper::rules::requirements
