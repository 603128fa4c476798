// What somebody who keeps the ledger wants to have written down, as a fact of one's own.
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
  std::string_view words = {};  ///< The values that there are, with blanks between; empty: others, too.
};

/// What a verb takes.
const std::vector<OwnField>& own_fields(OwnVerb verb);
/// `orgId` for `org-id`.
std::string member_name(std::string_view option);

/// Values by option name.
using OwnValues = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Checks the values and makes the fact. `now` is when it holds if no value says so; what has no name is given one with
/// the store's key, so that nobody can try out by it what was said (R20). The error's path is the option that is wrong.
text::Result<OwnFact> own_fact(OwnVerb verb, const OwnValues& values, text::Timestamp now,
                               const Pseudonymiser& pseudonymiser);

/// The values of a JSON body. Unknown members are errors.
text::Result<OwnValues> own_values(OwnVerb verb, std::string_view json);

}  // namespace trailkeeper::rules::credits
