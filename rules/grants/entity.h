// What IAM keeps about users, groups, roles and managed policies, as far as permissions depend on it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

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

/// Bytes of a document; IAM and Organizations allow 10,240 at most, but don't count blanks.
constexpr std::size_t kMostOfDocument = std::size_t{64} << 10;

/// Compiles a document. One that is too long counts as one that can't be compiled.
DocumentPtr make_document(std::string name, std::string json, iam::PolicyKind kind);

/// Orders names of users, groups, roles and policies, "which aren't distinguished by case" (IAM User Guide, "IAM and
/// AWS STS quotas").
struct NameLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

/// A user, group or role at some time.
struct Entity {
  std::string arn;
  std::map<std::string, DocumentPtr, NameLess> inline_policies;
  std::set<std::string, NameLess> attached;  ///< ARNs of managed policies.
  std::set<std::string, NameLess> groups;    ///< Of a user.
  std::string boundary;                      ///< ARN of a managed policy, or empty.
  DocumentPtr trust;                         ///< Of a role.
  /// Tags of a user or role, by key; keys don't depend on case. Nothing where they aren't known.
  std::optional<std::map<std::string, std::string, NameLess>> tags;
  std::string unsure;  ///< Why there may be more than this; empty if there isn't.
  /// Why some of this may not exist: for each thing (a policy's name, a group) about which the trail contradicts
  /// itself.
  std::map<std::string, std::string, NameLess> doubts;
};

/// More policies and groups than IAM lets an entity have; further ones aren't kept, and it becomes unsure.
constexpr std::size_t kMostOfEntity = 200;

/// A managed policy at some time.
struct ManagedPolicy {
  std::map<std::string, DocumentPtr> versions;
  std::string default_version;
  std::string unsure;
};

}  // namespace trailkeeper::rules::grants
