// What IAM keeps of users, groups, roles and managed policies, as far as permissions depend on it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "rules/iam/policy.h"

namespace trailkeeper::rules::grants {

/// A policy document with the name that people know it by. Immutable.
struct Document {
  std::string name;  ///< `inline policy Reports of user anna`, or a managed policy's ARN.
  std::string json;
  std::optional<iam::Policy> policy;  ///< None if it can't be compiled.
  std::string error;                  ///< Why not, and where.
};
using DocumentPtr = std::shared_ptr<const Document>;

/// Compiles a document.
DocumentPtr make_document(std::string name, std::string json, iam::PolicyKind kind);

/// A user, group or role at some time.
struct Entity {
  std::string arn;
  std::map<std::string, DocumentPtr> inline_policies;
  std::set<std::string> attached;  ///< ARNs of managed policies.
  std::set<std::string> groups;    ///< Of a user.
  std::string boundary;            ///< ARN of a managed policy, or empty.
  DocumentPtr trust;               ///< Of a role.
  std::string unsure;              ///< Why not all of this is known; empty if it is.
};

/// A managed policy at some time.
struct ManagedPolicy {
  std::map<std::string, DocumentPtr> versions;
  std::string default_version;
  std::string unsure;
};

}  // namespace trailkeeper::rules::grants
