#include "rules/verdicts/extra_needs.h"

#include <fmt/format.h>

#include <algorithm>

#include "rules/iam/arn.h"
#include "rules/verdicts/request_context.h"
#include "text/ascii.h"

namespace trailkeeper::rules::verdicts {

using requirements::Extra;
using requirements::ExtraPermission;
using text::JsonNode;
using Kind = JsonNode::Kind;

namespace {

// Of an event that names more roles, or more kinds of resources, nobody knows which.
constexpr std::size_t kMost = 64;

// Services log what a request left out as null or as an empty object.
bool is_given(const JsonNode& node) {
  switch (node.kind) {
    case Kind::null: return false;
    case Kind::boolean: return node.boolean;
    case Kind::array: return !node.items.empty();
    case Kind::object: return !node.members.empty();
    default: return true;
  }
}

bool has_parameter(const JsonNode& parameters, const ExtraPermission& row) {
  return std::any_of(parameters.members.begin(), parameters.members.end(), [&](const text::JsonMember& member) {
    const bool exempt = !row.without_value.empty() && member.value.text == row.without_value;
    return !exempt && is_given(member.value) && requirements::fits_one_of(row.parameters, text::lowered(member.key));
  });
}

// Tags in a list or map. Newer calls log all of their parameters below CreateDistributionWithTagsRequest.
bool has_tags(const JsonNode& parameters) {
  constexpr std::string_view kKeys = "tags taglist tagslist tagset transitivetagkeys";
  constexpr std::string_view kWrapped = "*request *input *withtags *configuration";
  return std::any_of(parameters.members.begin(), parameters.members.end(), [&](const text::JsonMember& member) {
    const std::string key = text::lowered(member.key);
    if (requirements::fits_one_of(kKeys, key)) return is_given(member.value);
    return requirements::fits_one_of(kWrapped, key) &&
           std::any_of(member.value.members.begin(), member.value.members.end(), [&](const text::JsonMember& inner) {
             return requirements::fits_one_of(kKeys, text::lowered(inner.key)) && is_given(inner.value);
           });
  });
}

/// The roles that a request hands over.
class PassedRoles {
  // Of roles. API Gateway calls them credentials, also where a patch sets them; Cognito has an snsCallerArn.
  static constexpr std::string_view kSpeaking = "*role* *credentials *callerarn patchoperations";
  // Of roles of IAM, and of nobody's part in something.
  static constexpr std::string_view kOfIam =
      "rolename rolearn *iamrole* *servicerole* *executionrole* *taskrole* *jobrole* *assumerole* *operationsrole*";

 public:
  /// `any`: the call is known to hand over roles, so that each in its parameters is one, whatever the member is called
  /// (`DeliverLogsPermissionArn`, the `value` beside a name), but for those that say who may do something.
  /// `profiles`: instance profiles are handed over, too; IAM's own calls are about them.
  PassedRoles(const JsonNode& parameters, bool any, bool profiles) : any_(any), profiles_(profiles) {
    look(parameters, any);
  }

  [[nodiscard]] const std::vector<std::string_view>& arns() const { return arns_; }
  /// A name in `roleName`; empty: none. IAM's own calls name roles so.
  [[nodiscard]] std::string_view role_name() const { return role_name_; }
  /// There is one of which only the name is known, without a path, or the instance profile that it is in.
  [[nodiscard]] bool unnamed() const { return unnamed_; }

 private:
  // `speaks`: a member above speaks of roles.
  void look(const JsonNode& node, bool speaks) {  // NOLINT(misc-no-recursion): parsing bounds the depth.
    const bool names_role = is_named_for_role(node);
    for (const text::JsonMember& member : node.members) {
      const std::string key = text::lowered(member.key);
      if (key.starts_with("remove") || key.find("principal") != std::string::npos) continue;
      if (key.find("instanceprofile") != std::string::npos) {
        const bool given = is_given(member.value) && !(member.value.kind == Kind::string && member.value.text.empty());
        unnamed_ = unnamed_ || (profiles_ && given);
        continue;
      }
      const bool role = speaks || names_role || requirements::fits_one_of(kSpeaking, key);
      if (member.value.kind != Kind::string) {
        look(member.value, role);
        continue;
      }
      const bool of_iam = requirements::fits_one_of(kOfIam, key);
      const bool names = key.ends_with("role") || key.ends_with("rolename") || key.ends_with("rolearn");
      if (key == "rolename") role_name_ = member.value.text;
      // Where it isn't sure that roles are handed over, `role` may be that of a person.
      take(member.value.text, role, any_ ? names || of_iam : of_iam);
    }
    for (const JsonNode& item : node.items) {
      if (item.kind == Kind::string) {
        take(item.text, speaks, false);
      } else {
        look(item, speaks);
      }
    }
  }

  // `{"attributeName":"DeliveryStatusIAMRole","attributeValue":…}`: the value is a role's.
  static bool is_named_for_role(const JsonNode& node) {
    return std::any_of(node.members.begin(), node.members.end(), [](const text::JsonMember& member) {
      return member.value.kind == Kind::string &&
             requirements::fits_one_of("*name key *key", text::lowered(member.key)) &&
             requirements::fits_one_of(kSpeaking, text::lowered(member.value.text));
    });
  }

  void take(std::string_view text, bool speaks, bool names) {
    const auto arn = iam::Arn::parse(text);
    if (!arn) {
      unnamed_ = unnamed_ || (names && !text.empty());
      return;
    }
    if (!speaks || arn->service != "iam" || !arn->resource.starts_with("role/")) return;
    if (text.size() > kMostOfText || arns_.size() == kMost) {
      unnamed_ = true;
    } else if (std::find(arns_.begin(), arns_.end(), text) == arns_.end()) {
      arns_.push_back(text);
    }
  }

  bool any_;
  bool profiles_;
  std::vector<std::string_view> arns_;
  std::string_view role_name_;
  bool unnamed_ = false;
};

std::string_view text_ignoring_case(const JsonNode& node, std::string_view key) {
  for (const text::JsonMember& member : node.members) {
    if (text::same_ignoring_case(member.key, key)) return member.value.text;
  }
  return {};
}

/// The kinds of new resources that a request has tags for.
class TaggedTypes {
 public:
  explicit TaggedTypes(const JsonNode& parameters) {
    for (const text::JsonMember& member : parameters.members) {
      const std::string key = text::lowered(member.key);
      if (key.starts_with("tagspecification")) read(member.value);
      if (!key.ends_with("request")) continue;  // Newer calls log all of their parameters below CreateFleetRequest.
      for (const text::JsonMember& inner : member.value.members) {
        if (text::lowered(inner.key).starts_with("tagspecification")) read(inner.value);
      }
    }
  }

  /// An empty one: it isn't known which.
  [[nodiscard]] const std::vector<std::string_view>& types() const { return types_; }

 private:
  void read(const JsonNode& specification) {
    if (!is_given(specification)) return;
    const JsonNode* const items = specification.find("items");
    const JsonNode& list = items == nullptr ? specification : *items;
    if (list.kind != Kind::array) return take(list);
    for (const JsonNode& item : list.items) take(item);
  }

  void take(const JsonNode& item) {
    const bool none = std::any_of(item.members.begin(), item.members.end(), [](const text::JsonMember& member) {
      return text::lowered(member.key).starts_with("tag") && !is_given(member.value);
    });
    if (none) return;
    std::string_view type = text_ignoring_case(item, "resourceType");
    if (type.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string_view::npos ||
        type.size() > kMostOfText || types_.size() >= kMost) {
      type = {};
    }
    if (std::find(types_.begin(), types_.end(), type) == types_.end()) types_.push_back(type);
  }

  std::vector<std::string_view> types_;
};

std::string_view partition_of(const EventFacts& facts) {
  const auto caller = iam::Arn::parse(facts.arn);
  return caller ? caller->partition : std::string_view{"aws"};
}

std::string_view account_of(const EventFacts& facts) {
  return facts.recipient_account.empty() ? facts.account : facts.recipient_account;
}

// How ARNs of a type begin; empty where that isn't known. Service authorization reference, "Resource types defined by
// Amazon EC2": images and snapshots have no account, IPAM has no region.
std::string beginning_of(std::string_view type, const EventFacts& facts) {
  const bool ipam = type.starts_with("ipam");
  if (type.empty() || account_of(facts).empty() || (facts.region.empty() && !ipam)) return {};
  const bool shared = type == "image" || type == "snapshot";
  return fmt::format("arn:{}:ec2:{}:{}:{}/", partition_of(facts), ipam ? std::string_view{} : facts.region,
                     shared ? std::string_view{} : account_of(facts), type);
}

/// Puts together what one event needed.
class Needs {
 public:
  Needs(const EventFacts& facts, const JsonNode& record, const JsonNode& parameters, const iam::Action& call,
        const requirements::Catalogue& catalogue)
      : facts_(facts), record_(record), parameters_(parameters), call_(call), catalogue_(catalogue) {}

  void add(const Extra& extra, std::vector<ExtraNeed>& out) const {
    switch (extra.row->seen) {
      case ExtraPermission::Seen::parameter:
        if (has_parameter(parameters_, *extra.row)) add_on(extra, resources_of(extra.action), out);
        return;
      case ExtraPermission::Seen::role: return add_roles(extra, out);
      case ExtraPermission::Seen::tag_specification: return add_tags(extra, out);
      case ExtraPermission::Seen::tags:
        if (has_tags(parameters_)) add_on(extra, resources_of_call(extra), out);
        return;
      case ExtraPermission::Seen::source_identity:
        if (!source_identity().empty()) add_on(extra, resources_of(extra.action), out);
        return;
    }
  }

 private:
  [[nodiscard]] Resource resource(std::string arn, std::string beginning) const {
    return {std::move(arn), std::string{account_of(facts_)}, std::move(beginning)};
  }

  [[nodiscard]] std::vector<Resource> resources_of(const iam::Action& action) const {
    return verdicts::resources_of(facts_, record_, action, catalogue_);
  }

  // What is tagged as it is made is what the call is about.
  [[nodiscard]] std::vector<Resource> resources_of_call(const Extra& extra) const {
    std::vector<Resource> resources = resources_of(call_);
    return resources.empty() ? resources_of(extra.action) : resources;
  }

  // A session's goes on to the sessions that it makes.
  [[nodiscard]] std::string_view source_identity() const {
    const std::string_view given = text_at(parameters_, {"sourceIdentity"});
    return given.empty() ? text_at(record_, {"userIdentity", "sessionContext", "sourceIdentity"}) : given;
  }

  void add_on(const Extra& extra, std::vector<Resource> resources, std::vector<ExtraNeed>& out) const {
    if (resources.empty()) resources.emplace_back();
    for (Resource& one : resources) out.push_back({&extra, std::move(one), extra.row->sure});
  }

  void add_roles(const Extra& extra, std::vector<ExtraNeed>& out) const {
    const PassedRoles roles{parameters_, extra.row->sure, call_.service() != "iam"};
    for (const std::string_view arn : roles.arns()) {
      // AWS's pages differ on whether a service's own role has to be passed to it.
      const bool sure = extra.row->sure && arn.find(":role/aws-service-role/") == std::string_view::npos;
      out.push_back({&extra, {std::string{arn}, std::string{iam::Arn::parse(arn)->owner()}, {}}, sure});
    }
    if (!roles.unnamed()) return;
    const std::string_view account = account_of(facts_);
    std::string beginning =
        account.empty() ? std::string{} : fmt::format("arn:{}:iam::{}:role/", partition_of(facts_), account);
    if (call_.service() == "iam" && !beginning.empty() && !roles.role_name().empty()) {
      return out.push_back({&extra, resource(beginning.append(roles.role_name()), {}), extra.row->sure});
    }
    out.push_back({&extra, resource({}, std::move(beginning)), extra.row->sure});
  }

  void add_tags(const Extra& extra, std::vector<ExtraNeed>& out) const {
    const TaggedTypes tagged{parameters_};
    for (const std::string_view type : tagged.types()) {
      out.push_back({&extra, resource({}, beginning_of(type, facts_))});
    }
  }

  const EventFacts& facts_;
  const JsonNode& record_;
  const JsonNode& parameters_;
  const iam::Action& call_;
  const requirements::Catalogue& catalogue_;
};

}  // namespace

std::vector<ExtraNeed> extra_needs(const EventFacts& facts, const JsonNode* record,
                                   const requirements::Requirement& requirement,
                                   const requirements::Catalogue& catalogue) {
  std::vector<ExtraNeed> needs;
  if (record == nullptr || requirements::lacks_parameters(*record)) {
    for (const Extra& extra : requirement.extras) needs.push_back({&extra, {}, false});
    return needs;
  }
  const JsonNode* const parameters = record->find("requestParameters");
  if (parameters == nullptr || !requirement.parsed) return needs;
  const Needs of_event{facts, *record, *parameters, *requirement.parsed, catalogue};
  for (const Extra& extra : requirement.extras) of_event.add(extra, needs);
  return needs;
}

}  // namespace trailkeeper::rules::verdicts
