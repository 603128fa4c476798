// Names of what is confidential, in texts that aren't JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/pseudonymiser.h"
#include "rules/credits/secret_name.h"

namespace trailkeeper::rules::credits {

/// A place in a text where such a name stands: [begin, end).
struct SecretName {
  std::size_t begin = 0;
  std::size_t end = 0;
  Secret secret = Secret::none;
};

/// The first name at or behind `from`: `orgId`, `partner-org-id`, `Org ID`.
std::optional<SecretName> find_secret_name(std::string_view text, std::size_t from);

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
