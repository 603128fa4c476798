// What somebody who keeps the ledger wants to enter, as a fact.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/own_fact.h"
#include "text/result.h"

namespace trailkeeper::rules::credits {

enum class OwnVerb : std::uint8_t { add, apply, decide, correct };

/// `add`, `apply`, `decide`, `correct`; nothing for anything else.
std::optional<OwnVerb> own_verb(std::string_view word);

/// One thing that a request may say: the same name as an option (`--org-id`) and, without hyphens (`orgId`), as a
/// member of a JSON body.
struct OwnField {
  std::string_view name;  ///< As an option.
  std::string_view help;
  std::string_view placeholder = "TEXT";
  bool required = false;
  bool list = false;  ///< Several values.
  bool flag = false;
  std::string_view words = {};  ///< The only values allowed, with blanks between; empty: any.
};

/// What a verb takes.
const std::vector<OwnField>& own_fields(OwnVerb verb);
/// `orgId` for `org-id`.
std::string member_name(std::string_view option);

/// Values by option name.
using OwnValues = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Checks the values and makes the fact. `now` is when it holds if no value says so. If it has no name, it gets one
/// made with the store's key, so that nobody can find out by trial what was said (R20). The error's path is the option
/// that is wrong.
text::Result<OwnFact> own_fact(OwnVerb verb, const OwnValues& values, text::Timestamp now,
                               const Pseudonymiser& pseudonymiser);

/// The values of a JSON body. Unknown members are errors.
text::Result<OwnValues> own_values(OwnVerb verb, std::string_view json);

}  // namespace trailkeeper::rules::credits
