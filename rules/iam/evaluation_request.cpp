#include "rules/iam/evaluation_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>

#include "rules/iam/arn.h"
#include "rules/iam/explain.h"
#include "rules/iam/global_keys.h"
#include "rules/iam/implied_keys.h"
#include "rules/iam/policy_parser.h"
#include "text/ascii.h"
#include "text/json_node.h"
#include "text/json_writer.h"

namespace trailkeeper::rules::iam {
namespace {

using Kind = text::JsonNode::Kind;

// The names of the members that hold policies, which are also what `by` calls their kinds.
struct Member {
  std::string_view name;
  PolicyKind kind;
};
constexpr std::array<Member, 7> kMembers{{{"identityPolicies", PolicyKind::identity},
                                          {"resourcePolicy", PolicyKind::resource},
                                          {"permissionBoundaries", PolicyKind::permission_boundary},
                                          {"sessionPolicies", PolicyKind::session},
                                          {"serviceControlPolicies", PolicyKind::service_control},
                                          {"resourceControlPolicies", PolicyKind::resource_control},
                                          {"vpcEndpointPolicies", PolicyKind::vpc_endpoint}}};

std::string_view kind_code(PolicyKind kind) {
  switch (kind) {
    case PolicyKind::identity: return "identity";
    case PolicyKind::resource: return "resource";
    case PolicyKind::permission_boundary: return "permissionBoundary";
    case PolicyKind::session: return "session";
    case PolicyKind::service_control: return "serviceControl";
    case PolicyKind::resource_control: return "resourceControl";
    default: return "vpcEndpoint";
  }
}

bool has_levels(PolicyKind kind) { return kind == PolicyKind::service_control || kind == PolicyKind::resource_control; }

// A request read from JSON, with everything that its views point to. Stays where it is.
class ReadRequest {
 public:
  ReadRequest() = default;
  ReadRequest(const ReadRequest&) = delete;
  ReadRequest& operator=(const ReadRequest&) = delete;

  bool read(const text::JsonNode& root) {
    const text::JsonNode* request = nullptr;
    for (const text::JsonMember& member : root.members) {
      const std::string place = text::pointer_to("", member.key);
      const auto known = std::find_if(kMembers.begin(), kMembers.end(),
                                      [&](const Member& candidate) { return candidate.name == member.key; });
      if (member.key == "request") {
        request = &member.value;
      } else if (known == kMembers.end()) {
        return refuse(fmt::format("\"{}\" isn't known here", member.key), place, member.offset);
      } else if (member.value.kind != Kind::null && !read_policies(known->kind, member.value, place)) {
        return false;
      }
    }
    if (request == nullptr) return refuse("there is no \"request\"", "", root.offset);
    if (!read_request(*request, "/request")) return false;
    link();
    return true;
  }

  [[nodiscard]] const text::Problem& error() const { return error_; }
  [[nodiscard]] const Request& request() const { return request_; }
  [[nodiscard]] const PolicySet& policies() const { return set_; }
  [[nodiscard]] std::string_view action_text() const { return action_text_; }
  [[nodiscard]] const std::vector<Warning>& warnings() const { return warnings_; }

  /// The same request, of whose context nobody knows more than is there. Valid until the next one.
  [[nodiscard]] Request with_unknown_keys() {
    static const KeyPatterns kAll = [] {
      KeyPatterns all;
      all.add("*");
      return all;
    }();
    Request request = request_;
    request.context.unknowable = &kAll;
    unsure_entries_ = entries_;
    for (ContextEntry& entry : unsure_entries_) {
      if (entry.folded != "aws:principalarn" || !arn_implied_ || role_.ending.empty()) continue;
      entry.values = role_beginning_;
      entry.ending = role_.ending;
    }
    request.context.entries = unsure_entries_;
    return request;
  }

 private:
  using Group = std::vector<const Policy*>;

  bool refuse(std::string message, std::string path, std::size_t offset) {
    error_ = {std::move(message), std::move(path), offset};
    return false;
  }
  bool expect(const text::JsonNode& node, Kind kind, const std::string& path) {
    if (node.kind == kind) return true;
    return refuse(fmt::format("{} is expected here, not {}", text::kind_name(kind), text::kind_name(node.kind)), path,
                  node.offset);
  }

  bool read_policy(PolicyKind kind, const text::JsonNode& node, const std::string& path, Group& group) {
    auto policy = compile_policy(node, kind, path);
    if (!policy) {
      error_ = policy.error();
      return false;
    }
    std::move(policy->warnings.begin(), policy->warnings.end(), std::back_inserter(warnings_));
    group.push_back(&owned_.emplace_back(std::move(*policy)));
    return true;
  }

  bool read_group(PolicyKind kind, const text::JsonNode& node, const std::string& path, Group& group) {
    if (!expect(node, Kind::array, path)) return false;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (!read_policy(kind, node.items[i], text::pointer_to(path, i), group)) return false;
    }
    return true;
  }

  bool read_policies(PolicyKind kind, const text::JsonNode& node, const std::string& path) {
    std::vector<Group>& groups = groups_[static_cast<std::size_t>(kind)];
    if (kind == PolicyKind::resource) return read_policy(kind, node, path, groups.emplace_back());
    if (!has_levels(kind)) return read_group(kind, node, path, groups.emplace_back());
    if (!expect(node, Kind::array, path)) return false;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (!read_group(kind, node.items[i], text::pointer_to(path, i), groups.emplace_back())) return false;
    }
    return true;
  }

  bool read_request(const text::JsonNode& node, const std::string& path) {
    if (!expect(node, Kind::object, path)) return false;
    for (const text::JsonMember& member : node.members) {
      const std::string place = text::pointer_to(path, member.key);
      if (!read_request_member(member, place)) return false;
    }
    const auto need = [&](bool there, std::string_view name) {
      return there || refuse(fmt::format("the request has no \"{}\"", name), path, node.offset);
    };
    if (!need(!request_.principal.text.empty(), "principal") || !need(request_.action != nullptr, "action") ||
        !need(!request_.resource.empty(), "resource")) {
      return false;
    }
    if (request_.resource_account.empty()) {
      // ARNs of buckets and of what AWS owns name no account; such a resource is taken to be the principal's own.
      const auto arn = Arn::parse(request_.resource);
      const std::string_view owner = arn ? arn->owner() : std::string_view{};
      request_.resource_account = owner.empty() ? request_.principal.account : owner;
    }
    imply_keys(request_, [this](std::string_view folded, std::string value) { imply(folded, std::move(value)); });
    return true;
  }

  // What the context gives goes before what follows from the request.
  void imply(std::string_view folded, std::string value) {
    const auto same = [&](const ContextEntry& entry) { return entry.folded == folded; };
    if (std::any_of(entries_.begin(), entries_.end(), same)) return;
    std::vector<std::string_view>& values = values_.emplace_back();
    if (!value.empty()) values.emplace_back(names_.emplace_back(std::move(value)));
    entries_.push_back({folded, key_hash(folded), values, false});
    if (folded != "aws:principalarn") return;
    arn_implied_ = true;
    role_ = role_ends(request_.principal);
    role_beginning_ = {role_.beginning};
  }

  bool read_request_member(const text::JsonMember& member, const std::string& place) {
    const text::JsonNode& value = member.value;
    const std::string& key = member.key;
    if (key == "context") return value.kind == Kind::null || read_context(value, place);
    const bool optional = key == "resourceAccount" || key == "managementAccount";
    if (!optional && key != "principal" && key != "action" && key != "resource") {
      return refuse(fmt::format("\"{}\" isn't known here", key), place, member.offset);
    }
    if (optional && value.kind == Kind::null) return true;
    if (!expect(value, Kind::string, place)) return false;
    if (optional) {
      if (!is_account_id(value.text)) return refuse("an account has 12 digits", place, value.offset);
      (key == "resourceAccount" ? request_.resource_account : request_.management_account) = value.text;
      return true;
    }
    if (key == "principal") {
      const auto principal = Principal::parse(value.text);
      if (!principal) return refuse(principal.error(), place, value.offset);
      request_.principal = *principal;
      return true;
    }
    if (key == "action") {
      auto action = Action::parse(value.text);
      if (!action) return refuse(action.error(), place, value.offset);
      action_ = std::move(*action);
      action_text_ = value.text;
      request_.action = &action_;
      return true;
    }
    if (value.text != "*" && !Arn::parse(value.text))
      return refuse("a resource is \"*\" or an ARN", place, value.offset);
    request_.resource = value.text;
    return true;
  }

  bool read_context(const text::JsonNode& node, const std::string& path) {
    if (!expect(node, Kind::object, path)) return false;
    for (const text::JsonMember& member : node.members) {
      const std::string place = text::pointer_to(path, member.key);
      if (!read_key(member, place)) return false;
    }
    return true;
  }

  bool read_key(const text::JsonMember& member, const std::string& path) {
    const std::string& folded = names_.emplace_back(text::lowered(member.key));
    const auto same = [&](const ContextEntry& entry) { return entry.folded == folded; };
    if (std::any_of(entries_.begin(), entries_.end(), same)) {
      return refuse("the key is there twice, differing only in case", path, member.offset);
    }
    std::vector<std::string_view>& values = values_.emplace_back();
    const bool array = member.value.kind == Kind::array;
    const auto take = [&](const text::JsonNode& value, const std::string& place) {
      if (value.kind == Kind::object || value.kind == Kind::array || (array && value.kind == Kind::null)) {
        return refuse(
            fmt::format("a string, a number or a boolean is expected here, not {}", text::kind_name(value.kind)), place,
            value.offset);
      }
      // null says that the key is absent.
      if (value.kind != Kind::null) values.emplace_back(value.text);
      return true;
    };
    if (!array && !take(member.value, path)) return false;
    for (std::size_t i = 0; array && i < member.value.items.size(); ++i) {
      if (!take(member.value.items[i], text::pointer_to(path, i))) return false;
    }
    entries_.push_back({folded, key_hash(folded), values, is_multivalued_key(folded) || values.size() > 1});
    return true;
  }

  // Now that nothing grows any more, makes the views.
  void link() {
    request_.context.entries = entries_;
    const auto groups = [&](PolicyKind kind) -> const std::vector<Group>& {
      return groups_[static_cast<std::size_t>(kind)];
    };
    const auto only = [&](PolicyKind kind) {
      return groups(kind).empty() ? Policies{} : Policies{groups(kind).front()};
    };
    const auto levels = [&](PolicyKind kind, std::vector<Policies>& views) {
      views.assign(groups(kind).begin(), groups(kind).end());
      return std::span<const Policies>{views};
    };
    set_.identity = only(PolicyKind::identity);
    set_.permission_boundaries = only(PolicyKind::permission_boundary);
    set_.session = only(PolicyKind::session);
    set_.vpc_endpoint = only(PolicyKind::vpc_endpoint);
    set_.resource = only(PolicyKind::resource).empty() ? nullptr : only(PolicyKind::resource).front();
    set_.service_control = levels(PolicyKind::service_control, service_levels_);
    set_.resource_control = levels(PolicyKind::resource_control, resource_levels_);
  }

  text::Problem error_;
  Request request_;
  PolicySet set_;
  Action action_;
  std::string_view action_text_;
  std::vector<Warning> warnings_;
  std::deque<Policy> owned_;
  std::array<std::vector<Group>, kMembers.size()> groups_;
  std::vector<Policies> service_levels_;
  std::vector<Policies> resource_levels_;
  std::deque<std::string> names_;
  std::deque<std::vector<std::string_view>> values_;
  std::vector<ContextEntry> entries_;
  bool arn_implied_ = false;  // aws:PrincipalArn
  RoleEnds role_;
  std::array<std::string_view, 1> role_beginning_;
  std::vector<ContextEntry> unsure_entries_;
};

std::string_view verdict_code(EvalDecision verdict) {
  switch (verdict) {
    case EvalDecision::allowed: return "Allowed";
    case EvalDecision::explicitly_denied: return "ExplicitlyDenied";
    case EvalDecision::implicitly_denied: return "ImplicitlyDenied";
    default: return "Unknown";
  }
}

void write_place(const StatementPlace& place, text::JsonWriter& json) {
  json.member("kind", kind_code(place.kind));
  if (has_levels(place.kind)) json.member("level", place.level);
  json.member("index", place.policy).member("statement", place.statement).member_or_null("sid", place.sid);
}

void write_warnings(const ReadRequest& read, const Decision& decision, text::JsonWriter& json) {
  std::vector<Warning> warnings = read.warnings();
  if (decision.resource_control_ignored) {
    warnings.push_back({fmt::format("resource control policies don't apply to {}", read.request().action->service()),
                        "/resourceControlPolicies"});
  }
  if (warnings.empty()) return;
  json.table("warnings", warnings, [&json](const Warning& warning) {
    json.member("message", warning.message).member("place", warning.path);
  });
}

// Keys that the request doesn't have and that, if it had them, could change the decision.
std::vector<std::string> missing_keys(ReadRequest& read, Evaluator& evaluator) {
  const Decision& decision = evaluator.evaluate(read.with_unknown_keys(), read.policies());
  std::vector<std::string> names{decision.missing.begin(), decision.missing.end()};
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

text::Result<std::string> evaluate_json(std::string_view json, Evaluator& evaluator) {
  if (json.size() > kMaxRequestBytes) {
    return text::Problem{fmt::format("the request has {} bytes, the limit is {}", json.size(), kMaxRequestBytes), "",
                         0};
  }
  const auto root = text::parse_json_object(json);
  if (!root) return root.error();
  ReadRequest read;
  if (!read.read(*root)) return read.error();
  const std::vector<std::string> missing = missing_keys(read, evaluator);
  const Decision& decision = evaluator.evaluate(read.request(), read.policies());
  std::string out;
  text::JsonWriter writer{out};
  writer.open('{').member("decision", verdict_code(decision.verdict));
  writer.table("by", decision.by, [&writer](const StatementPlace& place) { write_place(place, writer); });
  writer.member("why", explain(decision, read.request(), read.action_text()));
  if (!missing.empty()) writer.list("missing", missing);
  write_warnings(read, decision, writer);
  writer.close('}');
  return out;
}

}  // namespace trailkeeper::rules::iam
