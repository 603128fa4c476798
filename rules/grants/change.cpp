#include "rules/grants/change.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/ascii.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::grants {

using text::JsonNode;
using Kind = JsonNode::Kind;

namespace {

constexpr std::array<std::string_view, 38> kNames{
    "AddUserToGroup",
    "AttachGroupPolicy",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "CreateGroup",
    "CreatePolicy",
    "CreatePolicyVersion",
    "CreateRole",
    "CreateServiceLinkedRole",
    "CreateUser",
    "DeleteGroup",
    "DeleteGroupPolicy",
    "DeletePolicy",
    "DeletePolicyVersion",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DeleteServiceLinkedRole",
    "DeleteUser",
    "DeleteUserPermissionsBoundary",
    "DeleteUserPolicy",
    "DetachGroupPolicy",
    "DetachRolePolicy",
    "DetachUserPolicy",
    "PutGroupPolicy",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "PutUserPermissionsBoundary",
    "PutUserPolicy",
    "RemoveUserFromGroup",
    "SetDefaultPolicyVersion",
    "TagRole",
    "TagUser",
    "UntagRole",
    "UntagUser",
    "UpdateAssumeRolePolicy",
    "UpdateGroup",
    "UpdateUser",
};

const JsonNode* object_in(const JsonNode& node, std::string_view key) {
  const JsonNode* const found = node.find(key);
  return found != nullptr && found->kind == Kind::object ? found : nullptr;
}

std::string_view text_in(const JsonNode* node, std::string_view key) {
  const JsonNode* const found = node == nullptr ? nullptr : node->find(key);
  return found != nullptr && found->kind == Kind::string ? std::string_view{found->text} : std::string_view{};
}

}  // namespace

bool changes_grants(std::string_view event_name) {
  return std::find(kNames.begin(), kNames.end(), event_name) != kNames.end();
}

int order_within_second(std::string_view event_name) {
  if (event_name.starts_with("Create")) return event_name == "CreatePolicyVersion" ? 1 : 0;
  for (const std::string_view name : {"DeleteUser", "DeleteGroup", "DeleteRole", "DeletePolicy"}) {
    if (event_name == name) return 2;
  }
  return 1;
}

Change::Change(History::Account& account, const IamEvent& event)
    : account_(account), event_(event), parameters_(object_in(event.record, "requestParameters")) {
  // What CloudTrail puts in place of parameters of more than 100 kB.
  const JsonNode* const omitted = parameters_ == nullptr ? nullptr : parameters_->find("omitted");
  if (omitted != nullptr && omitted->text == "true") parameters_ = nullptr;
}

std::string_view Change::parameter(std::string_view name) const { return text_in(parameters_, name); }

bool Change::flag(std::string_view name) const {
  const JsonNode* const found = parameters_ == nullptr ? nullptr : parameters_->find(name);
  return found != nullptr && found->text == "true";
}

std::string_view Change::response(std::string_view object, std::string_view name) const {
  const JsonNode* const elements = object_in(event_.record, "responseElements");
  return elements == nullptr ? std::string_view{} : text_in(object_in(*elements, object), name);
}

// The new entity's ARN: from the response, else made of path and name.
std::string Change::made_arn(std::string_view object, std::string_view kind, std::string_view name) const {
  const std::string_view arn = response(object, "arn");
  if (!arn.empty()) return std::string{arn};
  const std::string_view path = parameter("path");
  return fmt::format("arn:aws:iam::{}:{}{}{}", event_.account, kind, path.empty() ? "/" : path, name);
}

template <typename Edit>
void Change::edit_entity(Entities& entities, std::string_view name, Edit&& edit) {
  if (name.empty()) return;
  const auto known = entities.find(name);
  const auto* const newest = known == entities.end() ? nullptr : known->second.newest();
  auto entity = std::make_shared<Entity>();
  if (newest != nullptr && *newest) {
    *entity = **newest;
  } else {
    entity->unsure = fmt::format("what {} had before {} isn't loaded", name, text::format_timestamp(event_.time));
  }
  const auto size = [](const Entity& of) { return of.inline_policies.size() + of.attached.size() + of.groups.size(); };
  const std::size_t before = size(*entity);
  edit(*entity);
  if (size(*entity) > std::max(before, kMostOfEntity)) {
    if (newest != nullptr && *newest) *entity = **newest;
    entity->unsure = fmt::format("{} has more policies and groups than IAM allows", name);
  }
  entities[std::string{name}].set(event_.time, std::move(entity));
}

bool Change::contradicts(std::string_view holder, std::string_view thing, std::string_view left) {
  if (account_.second != event_.time) account_.left.clear();
  account_.second = event_.time;
  const auto [found, is_new] =
      account_.left.try_emplace(text::lowered(fmt::format("{}\n{}", holder, thing)), std::string{left});
  // Once they differ, a third that agrees with one of them settles nothing.
  if (!is_new && found->second != left) found->second = "\n";
  return found->second == "\n";
}

void Change::note(Entity& entity, std::string_view holder, std::string_view thing, std::string_view left) {
  if (contradicts(fmt::format("{}\n{}", entity.arn, holder), thing, left)) {
    entity.doubts[std::string{thing}] =
        fmt::format("{} of {} was changed twice within the second of {}, in an order that isn't known", thing, holder,
                    text::format_timestamp(event_.time));
  } else {
    entity.doubts.erase(std::string{thing});
  }
}

template <typename Edit>
void Change::edit_policy(std::string_view arn, Edit&& edit) {
  if (arn.empty()) return;
  const auto known = account_.policies.find(arn);
  const auto* const newest = known == account_.policies.end() ? nullptr : known->second.newest();
  auto policy = std::make_shared<ManagedPolicy>();
  if (newest != nullptr && *newest) *policy = **newest;
  edit(*policy);
  account_.policies[std::string{arn}].set(event_.time, std::move(policy));
}

void Change::create(Entities& entities, std::string_view kind, std::string_view object) {
  std::string_view name = parameter(kind == "user" ? "userName" : kind == "group" ? "groupName" : "roleName");
  if (name.empty()) name = response(object, kind == "role" ? "roleName" : "userName");
  if (name.empty()) return;
  auto entity = std::make_shared<Entity>();
  entity->arn = made_arn(object, kind, name);
  entity->boundary = parameter("permissionsBoundary");
  entity->tags.emplace();
  set_tags(*entity);
  if (const std::string_view trust = parameter("assumeRolePolicyDocument"); !trust.empty()) {
    entity->trust =
        make_document(fmt::format("trust policy of role {}", name), std::string{trust}, iam::PolicyKind::resource);
  }
  if (event_.name == "CreateServiceLinkedRole")
    entity->unsure = "what a new service-linked role may isn't in the trail";
  entities[std::string{name}].set(event_.time, std::move(entity));
}

void Change::rename(Entities& entities, std::string_view key, std::string_view new_key) {
  const std::string_view name = parameter(key);
  const std::string_view new_name = parameter(new_key);
  const std::string_view path = parameter("newPath");
  if (new_name.empty() && path.empty()) return;
  const std::string_view kept = new_name.empty() ? name : new_name;
  edit_entity(entities, name, [&](Entity& entity) {
    const std::size_t kind = entity.arn.rfind(':') + 1;
    const std::size_t begin = entity.arn.find('/', kind);
    const std::size_t end = entity.arn.rfind('/');
    if (begin == std::string::npos) return;
    const std::string old_path = entity.arn.substr(begin, end - begin + 1);
    entity.arn = entity.arn.substr(0, begin) + (path.empty() ? old_path : std::string{path}) + std::string{kept};
  });
  if (kept == name) return;
  entities[std::string{kept}].set(event_.time, *entities.find(name)->second.newest());
  entities[std::string{name}].set(event_.time, nullptr);
  if (key != "groupName") return;
  // Members know their groups by name.
  for (auto& [user, timeline] : account_.users) {
    const auto* const newest = timeline.newest();
    if (newest == nullptr || !*newest || !(*newest)->groups.contains(std::string{name})) continue;
    auto moved = std::make_shared<Entity>(**newest);
    moved->groups.erase(std::string{name});
    moved->groups.emplace(kept);
    timeline.set(event_.time, std::move(moved));
  }
}

// Put, Delete, Attach, Detach of a user's, group's or role's policies and boundary.
bool Change::change_entity(std::string_view what) {
  const std::string_view name = event_.name;
  Entities& entities = what == "User" ? account_.users : what == "Group" ? account_.groups : account_.roles;
  const std::string_view holder = parameter(what == "User" ? "userName" : what == "Group" ? "groupName" : "roleName");
  const auto is = [&](std::string_view verb, std::string_view noun) {
    return name.size() == verb.size() + what.size() + noun.size() && name.starts_with(verb) &&
           name.substr(verb.size()).starts_with(what) && name.ends_with(noun);
  };
  const std::string policy{parameter("policyName")};
  const std::string arn{parameter("policyArn")};
  if (is("Put", "Policy")) {
    const std::string_view json = parameter("policyDocument");
    edit_entity(entities, holder, [&](Entity& entity) {
      note(entity, holder, policy, json);
      const std::string label = fmt::format("inline policy {} of {} {}", policy, text::lowered(what), holder);
      if (json.empty()) {
        entity.unsure =
            fmt::format("what {} says isn't in the event of {}", label, text::format_timestamp(event_.time));
      } else {
        entity.inline_policies[policy] = make_document(label, std::string{json}, iam::PolicyKind::identity);
      }
    });
  } else if (is("Delete", "Policy")) {
    edit_entity(entities, holder, [&](Entity& entity) {
      note(entity, holder, policy, "");
      entity.inline_policies.erase(policy);
    });
  } else if (is("Attach", "Policy")) {
    edit_entity(entities, holder, [&](Entity& entity) {
      note(entity, holder, arn, "attached");
      entity.attached.insert(arn);
    });
  } else if (is("Detach", "Policy")) {
    edit_entity(entities, holder, [&](Entity& entity) {
      note(entity, holder, arn, "");
      entity.attached.erase(arn);
    });
  } else if (is("Put", "PermissionsBoundary")) {
    edit_entity(entities, holder, [&](Entity& entity) {
      note(entity, holder, "the boundary", parameter("permissionsBoundary"));
      entity.boundary = parameter("permissionsBoundary");
    });
  } else if (is("Delete", "PermissionsBoundary")) {
    edit_entity(entities, holder, [&](Entity& entity) {
      note(entity, holder, "the boundary", "");
      entity.boundary.clear();
    });
  } else if (is("Delete", "")) {
    if (!holder.empty()) entities[std::string{holder}].set(event_.time, nullptr);
  } else {
    return false;
  }
  return true;
}

void Change::default_version(ManagedPolicy& policy, std::string_view arn, const std::string& version) {
  policy.default_version = version;
  policy.unsure.clear();
  if (!contradicts(arn, "the default version", version)) return;
  policy.unsure = fmt::format("{} got two default versions within the second of {}, in an order that isn't known", arn,
                              text::format_timestamp(event_.time));
}

void Change::change_policy() {
  const std::string_view name = event_.name;
  const std::string_view json = parameter("policyDocument");
  const auto document = [&](std::string_view arn) {
    return make_document(std::string{arn}, std::string{json}, iam::PolicyKind::identity);
  };
  if (name == "CreatePolicy") {
    const std::string arn = made_arn("policy", "policy", parameter("policyName"));
    auto policy = std::make_shared<ManagedPolicy>();
    policy->default_version = "v1";
    policy->versions["v1"] = document(arn);
    account_.policies[arn].set(event_.time, std::move(policy));
    return;
  }
  const std::string arn{parameter("policyArn")};
  const std::string version{parameter("versionId")};
  if (name == "DeletePolicy") {
    if (!arn.empty()) account_.policies[arn].set(event_.time, nullptr);
  } else if (name == "DeletePolicyVersion") {
    edit_policy(arn, [&](ManagedPolicy& policy) { policy.versions.erase(version); });
  } else if (name == "SetDefaultPolicyVersion") {
    edit_policy(arn, [&](ManagedPolicy& policy) { default_version(policy, arn, version); });
  } else {  // CreatePolicyVersion
    const std::string made{response("policyVersion", "versionId")};
    edit_policy(arn, [&](ManagedPolicy& policy) {
      if (made.empty() || json.empty()) {
        if (flag("setAsDefault")) {
          policy.unsure =
              fmt::format("the version of {} made at {} isn't in its event", arn, text::format_timestamp(event_.time));
        }
        return;
      }
      policy.versions[made] = document(arn);
      if (flag("setAsDefault")) default_version(policy, arn, made);
    });
  }
}

void Change::change_user_only(std::string_view verb) {
  const std::string group{parameter("groupName")};
  edit_entity(account_.users, parameter("userName"), [&](Entity& user) {
    note(user, parameter("userName"), group, verb);
    if (verb == "AddUserToGroup") {
      user.groups.insert(group);
    } else {
      user.groups.erase(group);
    }
  });
}

// Of CreateUser, CreateRole, TagUser and TagRole.
void Change::set_tags(Entity& entity) const {
  const JsonNode* const tags = parameters_ == nullptr ? nullptr : parameters_->find("tags");
  if (tags == nullptr || !entity.tags) return;
  for (const JsonNode& tag : tags->items) {
    if (entity.tags->size() >= kMostOfEntity) return;
    (*entity.tags)[std::string{text_in(&tag, "key")}] = text_in(&tag, "value");
  }
}

void Change::change_tags(std::string_view name) {
  const bool user = name.ends_with("User");
  edit_entity(user ? account_.users : account_.roles, parameter(user ? "userName" : "roleName"), [&](Entity& entity) {
    if (name.starts_with("Tag")) return set_tags(entity);
    const JsonNode* const keys = parameters_->find("tagKeys");
    if (keys == nullptr || !entity.tags) return;
    for (const JsonNode& key : keys->items) entity.tags->erase(key.text);
  });
}

// CloudTrail leaves parameters of more than 100 kB out. Whose they were isn't known then.
void Change::doubt_all() {
  const std::string why =
      fmt::format("{} of {} came without its parameters", event_.name, text::format_timestamp(event_.time));
  for (Entities* entities : {&account_.users, &account_.groups, &account_.roles}) {
    for (auto& [holder, timeline] : *entities) {
      const auto* const newest = timeline.newest();
      if (newest == nullptr || !*newest || (*newest)->doubts.contains("parameters")) continue;
      auto doubtful = std::make_shared<Entity>(**newest);
      doubtful->unsure = doubtful->doubts["parameters"] = why;
      timeline.set(event_.time, std::move(doubtful));
    }
  }
}

void Change::apply() {
  const std::string_view name = event_.name;
  if (parameters_ == nullptr && name != "CreateServiceLinkedRole") return doubt_all();
  if (name == "CreateUser") return create(account_.users, "user", "user");
  if (name == "CreateGroup") return create(account_.groups, "group", "group");
  if (name == "CreateRole" || name == "CreateServiceLinkedRole") return create(account_.roles, "role", "role");
  if (name.starts_with("Tag") || name.starts_with("Untag")) return change_tags(name);
  if (name == "UpdateUser") return rename(account_.users, "userName", "newUserName");
  if (name == "UpdateGroup") return rename(account_.groups, "groupName", "newGroupName");
  if (name == "AddUserToGroup" || name == "RemoveUserFromGroup") return change_user_only(name);
  if (name == "UpdateAssumeRolePolicy") {
    const std::string_view json = parameter("policyDocument");
    return edit_entity(account_.roles, parameter("roleName"), [&](Entity& role) {
      note(role, parameter("roleName"), "the trust policy", json);
      role.trust = make_document(fmt::format("trust policy of role {}", parameter("roleName")), std::string{json},
                                 iam::PolicyKind::resource);
    });
  }
  if (name == "DeleteServiceLinkedRole") {
    if (const std::string_view role = parameter("roleName"); !role.empty()) {
      account_.roles[std::string{role}].set(event_.time, nullptr);
    }
    return;
  }
  for (const std::string_view what : {"User", "Group", "Role"}) {
    if (change_entity(what)) return;
  }
  change_policy();
}

}  // namespace trailkeeper::rules::grants
