// What was granted to whom, at any time: snapshots of policies, and the IAM events between and after them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/grants/entity.h"
#include "rules/grants/snapshot.h"
#include "rules/grants/timeline.h"
#include "rules/iam/evaluate.h"
#include "text/json_node.h"

namespace trailkeeper::rules::grants {

/// A successful call to IAM that may have changed something.
struct IamEvent {
  text::Timestamp time = 0;
  std::string id;       ///< Orders events of one time.
  std::string account;  ///< Whose IAM it was.
  std::string name;
  text::JsonNode record;  ///< The event.
};

/// Whether IAM events of that name change what is granted.
bool changes_grants(std::string_view event_name);

/// Who: an account, and the name of a user or role in it.
struct Holder {
  enum class Kind { user, role, root };
  Kind kind = Kind::user;
  std::string_view account;
  std::string_view name;  ///< Without path; not of root.
};

/// Everything that applied to a principal for some time. Immutable, except for what it keeps alive.
struct Granted {
  Window window;
  std::string unknown;    ///< Why not all of it is known; empty if it is.
  bool doubtful = false;  ///< If not all is known: even what is here may not have applied.
  std::string account;
  std::string arn;  ///< With the path.
  std::vector<DocumentPtr> identity;
  std::vector<DocumentPtr> boundaries;
  std::vector<std::vector<DocumentPtr>> service_control;
  std::vector<std::vector<DocumentPtr>> resource_control;
  std::vector<DocumentPtr> any_resource_control;  ///< The RCPs of all accounts of the organisation.
  DocumentPtr trust;
  std::string management_account;
  std::string organization;
  bool asks_region = false;  ///< Something may depend on aws:RequestedRegion.
  /// What is known about aws:PrincipalTag/…: keys in lower case with their values, without one for tags that the
  /// principal certainly lacks. Only those that the policies ask for; a role's are unknown if sessions may bring their
  /// own.
  std::map<std::string, std::optional<std::string>, std::less<>> tags;

  /// The same for iam::Evaluator, without resource and session policies. Valid as long as this is.
  [[nodiscard]] const iam::PolicySet& policies() const { return policies_; }
  /// The same if nobody knows whose the resource is: with every RCP that may apply then.
  [[nodiscard]] iam::PolicySet policies_of_any_owner() const;
  /// No policy is here at all.
  [[nodiscard]] bool empty() const;
  /// A role that a service made for itself, which SCPs and RCPs don't touch.
  [[nodiscard]] bool service_linked() const { return arn.find(":role/aws-service-role/") != std::string::npos; }
  /// The document of a statement that decided; null for those of resource and session policies.
  [[nodiscard]] const Document* document(const iam::StatementPlace& place) const;

 private:
  friend class History;
  void link();
  void take_tags(const Entity& entity, bool user);
  std::vector<const iam::Policy*> identity_;
  std::vector<const iam::Policy*> boundaries_;
  std::vector<std::vector<const iam::Policy*>> service_control_;
  std::vector<std::vector<const iam::Policy*>> resource_control_;
  std::vector<iam::Policies> service_levels_;
  std::vector<iam::Policies> resource_levels_;
  std::vector<const iam::Policy*> any_resource_control_;
  iam::Policies any_resource_level_;
  iam::PolicySet policies_;
};

/// The state of all accounts over time, as a function of what was added, whatever the order of adding. Once finished,
/// immutable and thread-safe.
class History {
 public:
  /// What was printed at `time`: it holds from then on, and nothing from before does.
  void add(text::Timestamp time, AccountSnapshot snapshot);
  void add(text::Timestamp time, OrganizationSnapshot snapshot);
  void add(IamEvent event);

  /// Puts everything in order. At one time, events come before snapshots; among events, those that create entities come
  /// first and those that delete them last, as when scripts do both within a second.
  void finish();

  /// What applied to somebody. Never null.
  [[nodiscard]] std::shared_ptr<const Granted> granted(const Holder& holder, text::Timestamp time) const;

  /// From when on an account's policies are known: the time of its earliest file.
  [[nodiscard]] std::optional<text::Timestamp> known_from(std::string_view account) const;

  /// The ARN of a user, group or role with its path, if only its name was known, as in IAM's events. Any other ARN as
  /// it is.
  [[nodiscard]] std::string with_path(std::string arn, text::Timestamp time) const;

  /// Users and roles of all accounts at a time, by ARN; roles that services made for themselves are left out.
  struct Name {
    Holder::Kind kind;
    std::string account;
    std::string name;
    std::string arn;
  };
  [[nodiscard]] std::vector<Name> names(text::Timestamp time) const;

 private:
  friend class Change;
  using Entities = std::map<std::string, Timeline<Entity>, NameLess>;
  struct Account {
    Entities users;
    Entities groups;
    Entities roles;
    std::map<std::string, Timeline<ManagedPolicy>, NameLess> policies;
    Timeline<bool> loaded;  // Snapshots.
    // While events are applied: what those of one second left, by thing.
    text::Timestamp second = INT64_MIN;
    std::map<std::string, std::string, std::less<>> left;
  };
  struct Loaded {
    text::Timestamp time;
    std::shared_ptr<const AccountSnapshot> account;
    std::shared_ptr<const OrganizationSnapshot> organization;
  };

  void apply(const Loaded& loaded);
  DocumentPtr managed(const Account& account, const std::string& arn, text::Timestamp time, Granted& out) const;
  void take_policies(const Account& account, const Entity& entity, text::Timestamp time, Granted& out) const;
  void take_organization(const Holder& holder, text::Timestamp time, Granted& out) const;

  std::vector<Loaded> snapshots_;
  std::vector<IamEvent> events_;
  std::map<std::string, Account, std::less<>> accounts_;
  Timeline<OrganizationSnapshot> organization_;
};

}  // namespace trailkeeper::rules::grants
