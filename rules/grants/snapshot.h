// Policies as AWS's command line prints them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/grants/entity.h"
#include "text/json_node.h"
#include "text/result.h"

namespace trailkeeper::rules::grants {

/// What `aws iam get-account-authorization-details` says of one account.
struct AccountSnapshot {
  std::string account;
  std::map<std::string, Entity> users;  ///< By name.
  std::map<std::string, Entity> groups;
  std::map<std::string, Entity> roles;
  std::map<std::string, ManagedPolicy> policies;  ///< By ARN.
};

/// What Organizations says. `levels` has for each account its SCPs' documents by level: root, units, account.
struct OrganizationSnapshot {
  std::string management_account;
  std::string id;
  struct Levels {
    std::vector<std::vector<DocumentPtr>> service_control;
    std::vector<std::vector<DocumentPtr>> resource_control;
  };
  std::map<std::string, Levels> accounts;
  std::vector<DocumentPtr> resource_control;  ///< All RCPs, whatever they are attached to.
  std::set<std::string> other_types;          ///< Of policies in the file that authorise nothing: TAG_POLICY.
  std::set<std::string> unknown_types;        ///< Of policies of which it isn't known whether they do.
};

enum class SnapshotKind { account, organization, catalogue };

/// What a JSON document is, as far as its keys tell; the error says what is expected.
text::Result<SnapshotKind> kind_of_snapshot(std::string_view json);

/// Reads get-account-authorization-details. Documents that can't be compiled are kept with their error. Refuses
/// anything of another form, or with entities of several accounts.
text::Result<AccountSnapshot> read_account(std::string_view json);

/// Reads an organisation's file, whose form docs/permissions.md describes.
text::Result<OrganizationSnapshot> read_organization(std::string_view json);

/// The documents that couldn't be compiled: name and error of each.
std::vector<std::string> broken_documents(const AccountSnapshot& snapshot);
std::vector<std::string> broken_documents(const OrganizationSnapshot& snapshot);

/// JSON text of a tree.
std::string to_json(const text::JsonNode& node);

/// A policy document in another document: an object, or a string with JSON, perhaps percent-encoded as IAM's API has
/// it.
DocumentPtr document_of(std::string name, const text::JsonNode& node, iam::PolicyKind kind);

}  // namespace trailkeeper::rules::grants
