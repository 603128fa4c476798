// Permissions that a call needs beside its own action, because of what it hands over or sets as well: a role for a
// service, tags, an ACL.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "rules/iam/action.h"

namespace trailkeeper::rules::requirements {

/// One such permission: of which calls, where in the event it is seen, and on what. Verdicts and least-privilege read
/// the same rows (rules/verdicts/extra_needs.h).
struct ExtraPermission {
  enum class Seen : unsigned char {
    parameter,          ///< A member of requestParameters; it is about the resource that the call is about.
    role,               ///< A role that is handed over, anywhere in requestParameters; it is about that role.
    tag_specification,  ///< Tags for what the call creates; it is about the new resources, which only have a type yet.
    tags,               ///< The same in a list or map of tags; it is about the resource that the call is about.
    source_identity     ///< A source identity for the session that the call makes, given or the caller's own.
  };
  std::string_view service;  ///< Of the call's own action, as IAM has it.
  std::string_view names;    ///< Of these actions: globs, separated by blanks.
  std::string_view action;   ///< That is needed, too.
  Seen seen = Seen::parameter;
  std::string_view key;            ///< The condition key, in lower case, that the call sets for it; may be empty.
  std::string_view value;          ///< Its value; empty: the event's name.
  std::string_view parameters;     ///< Seen::parameter: globs in lower case, separated by blanks; one is enough.
  std::string_view without_value;  ///< Seen::parameter: with this value it isn't needed; may be empty.
  bool sure = true;                ///< Else the call has such a parameter, but no source says whether this is needed.
};

/// Those written by hand, with their sources, then those of rules/requirements/extra_actions.txt. Immutable and
/// thread-safe.
std::span<const ExtraPermission> extra_permissions();

/// A row with its action, parsed.
struct Extra {
  const ExtraPermission* row;
  iam::Action action;
};

/// What calls with that action may need as well, in the order of the rows; of rows with the same need, the first of
/// those that are sure, else the first.
std::vector<Extra> extras_with(const iam::Action& action);

/// Whether one of the globs, separated by blanks, fits a text.
bool fits_one_of(std::string_view globs, std::string_view text);

}  // namespace trailkeeper::rules::requirements
