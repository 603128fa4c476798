// Which members hold what is confidential, and which values can't be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/settings.h"

namespace trailkeeper::rules::credits {

/// Org IDs and codes of offers have names that others use, too: these mean something in what is of Activate.
enum class Secret : std::uint8_t { none, org_id, promotion_code, offer_code };

constexpr bool is_of_activate_only(Secret secret) { return secret == Secret::org_id || secret == Secret::offer_code; }

/// What a member of this name holds, however it is spelt: `orgId`, `partner_org_ids`, `organizationIdList`,
/// `promoCode`.
Secret secret_named(std::string_view key);

/// The same, of a member whose value is `value`: `org` by itself has an Org ID if that has a digit, else a name.
Secret secret_named(std::string_view key, std::string_view value);

/// Whether it is a key of IAM's conditions about an organization of AWS Organizations: `aws:PrincipalOrgID`.
bool names_key_of_iam(std::string_view name);

/// Whether a name goes on with letters that make another word of it: `organization identity`, `promo codebase`. `text`
/// has the name up to `end`.
bool goes_on_as_other_word(std::string_view text, std::size_t end);

/// Whether a text ends with such a name, as a form's field has it: `orgId`, `form[orgId]`, `Your Org ID?`.
bool is_secret_name(std::string_view text);
/// Whether a text is one of these names as it is, without other words: `Org ID:`.
bool is_nothing_but_secret_name(std::string_view text);

/// Whether a member of this name is about an organisation (`org`, `providerOrganization`): its `id` is an Org ID then.
bool names_organisation(std::string_view key);
/// Whether a member of this name, in an object about an organisation, is the Org ID: `id`, `identifiers`.
bool names_identifier(std::string_view key);
/// Whether a member of this name is about a promotion: its `code` is a promotion code then.
bool names_promotion(std::string_view key);
/// Whether a member of this name, in an object about a promotion, is the code.
bool names_code(std::string_view key);
/// Whether a member of this name holds what another member of its object names: `{"name":"orgId","value":…}`.
bool names_value(std::string_view key);

/// The paths where settings say that Org IDs stand, sorted, each once.
std::vector<std::string> org_id_paths(const Settings& settings);

/// Whether a value at a path of an event (event/field.h) may be an Org ID, by its name or by these paths.
bool may_be_org_id(std::string_view path, const std::vector<std::string>& org_id_paths);

/// Whether a value of a secret's name is one that may be looked for in other events. Not what everybody's events are
/// full of, whoever wrote it into a form: account and access key numbers, addresses, ARNs, regions, services, `true`,
/// years, and words of this program's own sentences.
bool may_be_known(std::string_view value);

}  // namespace trailkeeper::rules::credits
