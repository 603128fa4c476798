#include "rules/grants/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "rules/iam/arn.h"
#include "rules/iam/policy_parser.h"
#include "rules/requirements/catalogue.h"
#include "text/ascii.h"
#include "text/json_node.h"
#include "text/json_text.h"
#include "text/percent.h"

namespace trailkeeper::rules::grants {

using iam::PolicyKind;
using text::JsonNode;
using Kind = JsonNode::Kind;

namespace {

void append_json(const JsonNode& node, std::string& out) {  // NOLINT(misc-no-recursion): parsing bounds the depth.
  switch (node.kind) {
    case Kind::null: out += "null"; return;
    case Kind::boolean:
    case Kind::number: out += node.text; return;
    case Kind::string: text::append_quoted(node.text, out); return;
    case Kind::array:
      out += '[';
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        if (i > 0) out += ',';
        append_json(node.items[i], out);
      }
      out += ']';
      return;
    case Kind::object:
      out += '{';
      for (std::size_t i = 0; i < node.members.size(); ++i) {
        if (i > 0) out += ',';
        text::append_quoted(node.members[i].key, out);
        out += ':';
        append_json(node.members[i].value, out);
      }
      out += '}';
  }
}

// Types of policies of Organizations that authorise nothing: they set up services and tags (AWS Organizations User
// Guide, "Managing organization policies", as of 2026-09).
constexpr std::array<std::string_view, 11> kOtherTypes{"TAG_POLICY",
                                                       "BACKUP_POLICY",
                                                       "AISERVICES_OPT_OUT_POLICY",
                                                       "CHATBOT_POLICY",
                                                       "DECLARATIVE_POLICY_EC2",
                                                       "SECURITYHUB_POLICY",
                                                       "INSPECTOR_POLICY",
                                                       "UPGRADE_ROLLOUT_POLICY",
                                                       "BEDROCK_POLICY",
                                                       "S3_POLICY",
                                                       "NETWORK_SECURITY_DIRECTOR_POLICY"};

std::string_view text_of(const JsonNode& node, std::string_view key) {
  const JsonNode* const found = node.find(key);
  return found != nullptr && found->kind == Kind::string ? std::string_view{found->text} : std::string_view{};
}

const std::vector<JsonNode>& items_of(const JsonNode& node, std::string_view key) {
  static const std::vector<JsonNode> kNone;
  const JsonNode* const found = node.find(key);
  return found != nullptr && found->kind == Kind::array ? found->items : kNone;
}

// What AWS's command line prints of a longer list, if it is told to stop.
bool is_part(const JsonNode& root) {
  const JsonNode* const truncated = root.find("IsTruncated");
  return (truncated != nullptr && truncated->boolean) || root.find("NextToken") != nullptr ||
         root.find("Marker") != nullptr;
}

/// Reads the lists of get-account-authorization-details.
class AccountReader {
 public:
  text::Result<AccountSnapshot> read(const JsonNode& root) {
    if (is_part(root)) {
      return text::Problem{"this is a part of a list: print all of it, without --max-items, --marker and --no-paginate",
                           "", root.offset};
    }
    entities(root, "UserDetailList", "UserName", "UserPolicyList", "user", snapshot_.users);
    entities(root, "GroupDetailList", "GroupName", "GroupPolicyList", "group", snapshot_.groups);
    entities(root, "RoleDetailList", "RoleName", "RolePolicyList", "role", snapshot_.roles);
    managed(root);
    if (!error_.message.empty()) return error_;
    if (snapshot_.account.empty()) {
      return text::Problem{
          "no user, group, role or policy of an account is in this file, so it isn't known whose it is", "",
          root.offset};
    }
    return std::move(snapshot_);
  }

 private:
  void refuse(std::string message, std::string path, std::size_t offset) {
    if (error_.message.empty()) error_ = {std::move(message), std::move(path), offset};
  }

  // A list that may be missing; anything else in its place is refused.
  const std::vector<JsonNode>& list(const JsonNode& node, std::string_view key, const std::string& path) {
    const JsonNode* const found = node.find(key);
    if (found != nullptr && found->kind != Kind::array && found->kind != Kind::null) {
      refuse("a list is expected here", text::pointer_to(path, key), found->offset);
    }
    return items_of(node, key);
  }

  // A string that must be there.
  std::string text(const JsonNode& node, std::string_view key, const std::string& path) {
    const std::string_view found = text_of(node, key);
    if (found.empty()) refuse(fmt::format("there is no {}", key), path, node.offset);
    return std::string{found};
  }

  void note_account(std::string_view arn, const std::string& path, const JsonNode& node) {
    const auto parsed = iam::Arn::parse(arn);
    if (!parsed) return refuse("there is no ARN", path, node.offset);
    if (!iam::is_account_id(parsed->account)) return;
    if (snapshot_.account.empty()) snapshot_.account = parsed->account;
    if (snapshot_.account != parsed->account) {
      refuse(fmt::format("this is of account {}, what stands before is of {}: load each account's file by itself",
                         parsed->account, snapshot_.account),
             path, node.offset);
    }
  }

  void entities(const JsonNode& root, std::string_view list_key, std::string_view name_key, std::string_view inline_key,
                std::string_view what, std::map<std::string, Entity>& out) {
    const std::vector<JsonNode>& items = list(root, list_key, "");
    for (std::size_t i = 0; i < items.size(); ++i) {
      const JsonNode& item = items[i];
      const std::string path = text::pointer_to(text::pointer_to("", list_key), i);
      const std::string name = text(item, name_key, path);
      if (name.empty()) return;
      Entity& entity = out[name];
      entity.arn = text_of(item, "Arn");
      note_account(entity.arn, path, item);
      for (const JsonNode& policy : list(item, inline_key, path)) {
        const std::string policy_name = text(policy, "PolicyName", text::pointer_to(path, inline_key));
        const JsonNode* const document = policy.find("PolicyDocument");
        if (document == nullptr) {
          return refuse("there is no PolicyDocument", text::pointer_to(path, inline_key), policy.offset);
        }
        entity.inline_policies[policy_name] = document_of(
            fmt::format("inline policy {} of {} {}", policy_name, what, name), *document, PolicyKind::identity);
      }
      const std::string attached = text::pointer_to(path, "AttachedManagedPolicies");
      for (const JsonNode& policy : list(item, "AttachedManagedPolicies", path)) {
        entity.attached.insert(text(policy, "PolicyArn", attached));
      }
      for (const JsonNode& group : list(item, "GroupList", path)) entity.groups.insert(group.text);
      if (const JsonNode* const boundary = item.find("PermissionsBoundary")) {
        entity.boundary = text(*boundary, "PermissionsBoundaryArn", text::pointer_to(path, "PermissionsBoundary"));
      }
      if (item.find("Tags") != nullptr) {
        entity.tags.emplace();
        for (const JsonNode& tag : list(item, "Tags", path)) {
          if (entity.tags->size() < kMostOfEntity) entity.tags->emplace(text_of(tag, "Key"), text_of(tag, "Value"));
        }
      }
      if (const JsonNode* const trust = item.find("AssumeRolePolicyDocument")) {
        entity.trust = document_of(fmt::format("trust policy of role {}", name), *trust, PolicyKind::resource);
      }
    }
  }

  void managed(const JsonNode& root) {
    const std::vector<JsonNode>& items = list(root, "Policies", "");
    for (std::size_t i = 0; i < items.size(); ++i) {
      const JsonNode& item = items[i];
      const std::string path = text::pointer_to("/Policies", i);
      const std::string arn{text_of(item, "Arn")};
      note_account(arn, path, item);
      ManagedPolicy& policy = snapshot_.policies[arn];
      policy.default_version = text(item, "DefaultVersionId", path);
      for (const JsonNode& version : list(item, "PolicyVersionList", path)) {
        if (const JsonNode* const document = version.find("Document")) {
          policy.versions[text(version, "VersionId", text::pointer_to(path, "PolicyVersionList"))] =
              document_of(arn, *document, PolicyKind::identity);
        }
      }
    }
  }

  AccountSnapshot snapshot_;
  text::Problem error_;
};

void note_broken(const DocumentPtr& document, std::vector<std::string>& out) {
  if (document && !document->policy) out.push_back(fmt::format("{}: {}", document->name, document->error));
}

}  // namespace

bool NameLess::operator()(std::string_view a, std::string_view b) const {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return text::lower(x) < text::lower(y); });
}

std::string to_json(const JsonNode& node) {
  std::string out;
  append_json(node, out);
  return out;
}

DocumentPtr make_document(std::string name, std::string json, PolicyKind kind) {
  auto document = std::make_shared<Document>();
  document->name = std::move(name);
  if (json.size() > kMostOfDocument) {
    document->error = fmt::format("it has {} bytes, and no policy may have more than {}", json.size(), kMostOfDocument);
    return document;
  }
  document->json = std::move(json);
  auto policy = iam::parse_policy(document->json, kind);
  if (policy) {
    document->policy = std::move(*policy);
  } else {
    document->error = policy.error().message;
    if (!policy.error().path.empty()) document->error += " (" + policy.error().path + ")";
  }
  return document;
}

DocumentPtr document_of(std::string name, const JsonNode& node, PolicyKind kind) {
  if (node.kind != Kind::string) return make_document(std::move(name), to_json(node), kind);
  const bool encoded = node.text.starts_with('%');
  return make_document(std::move(name), encoded ? text::percent_decoded(node.text) : node.text, kind);
}

text::Result<SnapshotKind> kind_of_snapshot(std::string_view json) {
  const auto root = text::parse_json_object(json);
  if (!root) return root.error();
  for (const std::string_view key : {"UserDetailList", "GroupDetailList", "RoleDetailList"}) {
    if (root->find(key) != nullptr) return SnapshotKind::account;
  }
  if (root->find("Organization") != nullptr) return SnapshotKind::organization;
  if (requirements::is_catalogue(*root)) return SnapshotKind::catalogue;
  return text::Problem{
      "this is neither what `aws iam get-account-authorization-details` prints, nor an organisation's file, nor a "
      "catalogue of requirements",
      "", root->offset};
}

text::Result<AccountSnapshot> read_account(std::string_view json) {
  const auto root = text::parse_json_object(json);
  if (!root) return root.error();
  return AccountReader{}.read(*root);
}

text::Result<OrganizationSnapshot> read_organization(std::string_view json) {
  const auto root = text::parse_json_object(json);
  if (!root) return root.error();
  OrganizationSnapshot snapshot;
  if (is_part(*root)) return text::Problem{"this has a list of which only a part was printed", "", root->offset};
  const JsonNode* const organization = root->find("Organization");
  if (organization == nullptr) return text::Problem{"there is no \"Organization\"", "", root->offset};
  snapshot.id = text_of(*organization, "Id");
  snapshot.management_account = text_of(*organization, "MasterAccountId");
  if (snapshot.management_account.empty()) snapshot.management_account = text_of(*organization, "ManagementAccountId");
  if (!iam::is_account_id(snapshot.management_account)) {
    return text::Problem{"there is no MasterAccountId of 12 digits", "/Organization", organization->offset};
  }
  // Target (root, unit or account) to what is attached there.
  std::map<std::string, std::vector<DocumentPtr>> service_control;
  std::map<std::string, std::vector<DocumentPtr>> resource_control;
  const std::vector<JsonNode>& policies = items_of(*root, "Policies");
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const JsonNode* const printed = policies[i].find("Policy");  // As `describe-policy` prints it, or what is in there.
    const JsonNode& policy = printed != nullptr ? *printed : policies[i];
    const std::string path = text::pointer_to("/Policies", i);
    const JsonNode* const summary = policy.find("PolicySummary");
    const JsonNode* const content = policy.find("Content");
    if (summary == nullptr || content == nullptr) {
      return text::Problem{
          "a policy needs PolicySummary and Content, as `aws organizations describe-policy` prints them", path,
          policy.offset};
    }
    const std::string_view type = text_of(*summary, "Type");
    const bool service = type == "SERVICE_CONTROL_POLICY";
    if (!service && type != "RESOURCE_CONTROL_POLICY") {
      const bool known = std::find(kOtherTypes.begin(), kOtherTypes.end(), type) != kOtherTypes.end();
      (known ? snapshot.other_types : snapshot.unknown_types).insert(std::string{type});
      continue;
    }
    const DocumentPtr document =
        document_of(fmt::format("{} {}", service ? "SCP" : "RCP", text_of(*summary, "Name")), *content,
                    service ? PolicyKind::service_control : PolicyKind::resource_control);
    if (!service) snapshot.resource_control.push_back(document);
    for (const JsonNode& target : items_of(policies[i], "Targets")) {
      (service ? service_control : resource_control)[std::string{text_of(target, "TargetId")}].push_back(document);
    }
  }
  const JsonNode* const paths = root->find("Paths");
  if (paths == nullptr) return text::Problem{"there is no \"Paths\": account IDs to [root, units…]", "", root->offset};
  for (const text::JsonMember& account : paths->members) {
    OrganizationSnapshot::Levels& levels = snapshot.accounts[account.key];
    std::vector<std::string> targets;
    for (const JsonNode& node : account.value.items) targets.push_back(node.text);
    targets.push_back(account.key);
    for (const std::string& target : targets) {
      levels.service_control.push_back(service_control[target]);
      levels.resource_control.push_back(resource_control[target]);
    }
  }
  return snapshot;
}

std::vector<std::string> broken_documents(const AccountSnapshot& snapshot) {
  std::vector<std::string> out;
  for (const auto* entities : {&snapshot.users, &snapshot.groups, &snapshot.roles}) {
    for (const auto& [name, entity] : *entities) {
      for (const auto& [policy, document] : entity.inline_policies) note_broken(document, out);
      note_broken(entity.trust, out);
    }
  }
  for (const auto& [arn, policy] : snapshot.policies) {
    for (const auto& [version, document] : policy.versions) note_broken(document, out);
  }
  return out;
}

std::vector<std::string> broken_documents(const OrganizationSnapshot& snapshot) {
  std::vector<std::string> out;
  for (const auto& [account, levels] : snapshot.accounts) {
    for (const auto* kind : {&levels.service_control, &levels.resource_control}) {
      for (const auto& level : *kind) {
        for (const DocumentPtr& document : level) note_broken(document, out);
      }
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace trailkeeper::rules::grants
