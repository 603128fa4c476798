// Names of what is confidential, in texts that aren't JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/credits/pseudonymiser.h"
#include "rules/credits/secret_name.h"

namespace trailkeeper::rules::credits {

/// A place in a text where such a name stands: [begin, end).
struct SecretName {
  std::size_t begin = 0;
  std::size_t end = 0;
  Secret secret = Secret::none;
  bool tag = false;  ///< `A3POPC`.
};

/// The first name at or behind `from`, whatever joins its words and in whatever case: `orgId`, `partner-org-id`,
/// `Org  ID`, `organization[id]`, `Org+ID`. A value that it is glued to isn't part of it: `orgId0Xy12`.
std::optional<SecretName> find_secret_name(std::string_view text, std::size_t from);

/// Where a text has base64, of either alphabet, of a text with such a name: [begin, end) each.
std::vector<std::pair<std::size_t, std::size_t>> encoded_secret_names(std::string_view text);

/// Whether a text has such a name, or the last member of one of these paths (org_id_paths()).
bool names_secret(std::string_view text, const std::vector<std::string>& org_id_paths);

/// The same, but of what a text has beside members of JSON that it may consist of: their values are found by
/// their names (SecretValues).
bool names_secret_beside_members(std::string_view text, const std::vector<std::string>& org_id_paths);

/// Whether JSON has such a name as an item of an array: a table's heading, say, so that nobody can tell where the value
/// stands.
bool lists_secret(std::string_view json);

/// A text with a pseudonym for each of its words but the names: whatever it is, a table or a language, and wherever in
/// it the value stands.
std::string without_words(std::string_view text, const Pseudonymiser& pseudonymiser,
                          const std::vector<std::string>& org_id_paths);

}  // namespace trailkeeper::rules::credits
