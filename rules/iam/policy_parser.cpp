#include "rules/iam/policy_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "rules/iam/global_keys.h"
#include "text/ascii.h"
#include "text/json_node.h"

namespace trailkeeper::rules::iam {
namespace {

using Kind = text::JsonNode::Kind;
using Names = Statement::Names;

bool has_principals(PolicyKind kind) {
  return kind == PolicyKind::resource || kind == PolicyKind::resource_control || kind == PolicyKind::vpc_endpoint;
}

// Compiles one document; stops at the first error.
class Compiler {
 public:
  explicit Compiler(PolicyKind kind) { policy_.kind = kind; }

  text::Result<Policy> compile(const text::JsonNode& document, const std::string& path) {
    if (!read_document(document, path)) return std::move(error_);
    return std::move(policy_);
  }

 private:
  bool refuse(std::string message, std::string path, std::size_t offset) {
    error_ = {std::move(message), std::move(path), offset};
    return false;
  }
  bool refuse(std::string message, const std::string& path, const text::JsonNode& node) {
    return refuse(std::move(message), path, node.offset);
  }
  bool expect(const text::JsonNode& node, Kind kind, const std::string& path) {
    if (node.kind == kind) return true;
    return refuse(fmt::format("{} is expected here, not {}", text::kind_name(kind), text::kind_name(node.kind)), path,
                  node);
  }
  void warn(std::string message, const std::string& path) { policy_.warnings.push_back({std::move(message), path}); }

  bool read_document(const text::JsonNode& document, const std::string& path) {
    if (!expect(document, Kind::object, path)) return false;
    const text::JsonNode* statements = nullptr;
    for (const text::JsonMember& member : document.members) {
      const std::string place = text::pointer_to(path, member.key);
      if (member.key == "Version") {
        if (!read_version(member.value, place)) return false;
      } else if (member.key == "Id") {
        if (!expect(member.value, Kind::string, place)) return false;
      } else if (member.key == "Statement") {
        statements = &member.value;
      } else {
        return refuse(fmt::format("\"{}\" is no element of a policy; there are Version, Id and Statement", member.key),
                      place, member.offset);
      }
    }
    if (statements == nullptr) return refuse("the policy has no Statement", path, document);
    // Only now is it known whether the policy has variables.
    return each(*statements, text::pointer_to(path, "Statement"),
                [&](const text::JsonNode& node, const std::string& place) { return read_statement(node, place); });
  }

  bool read_version(const text::JsonNode& node, const std::string& path) {
    if (!expect(node, Kind::string, path)) return false;
    variables_ = node.text == "2012-10-17";
    if (variables_ || node.text == "2008-10-17") return true;
    return refuse("the Version is 2012-10-17 or 2008-10-17", path, node);
  }

  // A single value stands for an array of one.
  template <typename Read>
  bool each(const text::JsonNode& node, const std::string& path, Read read) {
    if (node.kind != Kind::array) return read(node, path);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (!read(node.items[i], text::pointer_to(path, i))) return false;
    }
    return true;
  }

  template <typename Read>
  bool each_string(const text::JsonNode& node, const std::string& path, Read read) {
    return each(node, path, [&](const text::JsonNode& value, const std::string& place) {
      return expect(value, Kind::string, place) && read(value, place);
    });
  }

  // One of two elements that exclude each other, such as Action and NotAction.
  bool read_pair(std::string_view key, std::string_view name, Names& names, const std::string& place,
                 const text::JsonMember& member) {
    if (names != Names::absent)
      return refuse(fmt::format("{0} and Not{0} exclude each other", name), place, member.offset);
    names = key == name ? Names::listed : Names::all_but_listed;
    return true;
  }

  bool read_statement(const text::JsonNode& node, const std::string& path) {
    if (!expect(node, Kind::object, path)) return false;
    Statement& statement = policy_.statements.emplace_back();
    statement.actions = Names::absent;
    bool effect = false;
    for (const text::JsonMember& member : node.members) {
      const std::string place = text::pointer_to(path, member.key);
      if (member.key == "Effect") effect = true;
      if (!read_element(member, statement, place)) return false;
    }
    if (!effect) return refuse("the statement has no Effect", path, node);
    if (statement.actions == Names::absent) return refuse("the statement has neither Action nor NotAction", path, node);
    if (statement.resources == Names::absent && policy_.kind != PolicyKind::resource) {
      return refuse("the statement has neither Resource nor NotResource", path, node);
    }
    if (policy_.kind == PolicyKind::resource_control && !check_resource_control(statement, node, path)) return false;
    note_loose_conditions(statement, path);
    return true;
  }

  bool read_element(const text::JsonMember& member, Statement& statement, const std::string& place) {
    const std::string& key = member.key;
    const text::JsonNode& value = member.value;
    if (key == "Sid") {
      statement.sid = value.text;
      return expect(value, Kind::string, place);
    }
    if (key == "Effect") {
      statement.allow = value.text == "Allow";
      if (value.kind == Kind::string && (statement.allow || value.text == "Deny")) return true;
      return refuse("the Effect is \"Allow\" or \"Deny\", written exactly so", place, value);
    }
    if (key == "Action" || key == "NotAction") {
      return read_pair(key, "Action", statement.actions, place, member) &&
             each_string(value, place, [&](const text::JsonNode& text, const std::string& at) {
               return read_action(text, statement, at);
             });
    }
    if (key == "Resource" || key == "NotResource") {
      return read_pair(key, "Resource", statement.resources, place, member) &&
             each_string(value, place, [&](const text::JsonNode& text, const std::string& at) {
               return read_resource(text, statement, at);
             });
    }
    if (key == "Principal" || key == "NotPrincipal") {
      if (!has_principals(policy_.kind)) {
        return refuse(fmt::format("{} may only stand in a resource's policy", key), place, member.offset);
      }
      return read_pair(key, "Principal", statement.principals, place, member) &&
             read_principals(value, statement, place);
    }
    if (key == "Condition") return read_conditions(value, statement, place);
    return refuse(fmt::format("\"{}\" is no element of a statement", key), place, member.offset);
  }

  bool read_action(const text::JsonNode& node, Statement& statement, const std::string& path) {
    auto pattern = ActionPattern::parse(node.text);
    if (!pattern) return refuse(pattern.error(), path, node);
    if (pattern->matches_nothing()) warn("an action with blanks or commas in it matches nothing", path);
    statement.action_patterns.push_back(std::move(*pattern));
    return true;
  }

  bool read_resource(const text::JsonNode& node, Statement& statement, const std::string& path) {
    const std::string_view text = node.text;
    ResourcePattern resource;
    resource.everything = text == "*";
    if (!resource.everything) {
      if (text.substr(0, 4) != "arn:") return refuse("a resource is \"*\" or an ARN", path, node);
      if (wildcard_in_service(text)) {
        return refuse("an ARN's service can't have wildcards in it", path, node);
      }
      // Only identity-based policies may leave components out ("Identify AWS resources with ARNs").
      const bool identity = policy_.kind == PolicyKind::identity || policy_.kind == PolicyKind::permission_boundary;
      auto pattern = Pattern::compile(
          text, {.wildcards = true, .variables = variables_, .complete = identity, .scope = Pattern::Scope::resource});
      if (!pattern) return refuse(pattern.error(), path, node);
      if (policy_.kind == PolicyKind::session && pattern->short_of_arn()) {
        return refuse("a session policy's ARNs need all six components", path, node);
      }
      resource.nothing = pattern->variable_too_early();
      if (resource.nothing) warn("a policy variable before an ARN's fifth colon matches nothing", path);
      resource.pattern = std::move(*pattern);
    }
    statement.resource_patterns.push_back(std::move(resource));
    return true;
  }

  static bool wildcard_in_service(std::string_view arn) {
    const std::size_t partition = arn.find(':', 4);
    if (partition == std::string_view::npos) return false;
    const std::string_view service = arn.substr(partition + 1, arn.find(':', partition + 1) - partition - 1);
    return service.find_first_of("*?") != std::string_view::npos;
  }

  bool read_principals(const text::JsonNode& node, Statement& statement, const std::string& path) {
    if (node.kind == Kind::string) {
      if (node.text != "*") return refuse("the principal is \"*\" or an object, such as {\"AWS\": …}", path, node);
      statement.principal_patterns.push_back(PrincipalPattern::everyone());
      return true;
    }
    if (!expect(node, Kind::object, path)) return false;
    for (const text::JsonMember& member : node.members) {
      constexpr std::array<std::string_view, 4> kTypes{"AWS", "Service", "Federated", "CanonicalUser"};
      const std::string place = text::pointer_to(path, member.key);
      if (std::find(kTypes.begin(), kTypes.end(), member.key) == kTypes.end()) {
        return refuse("a principal is of type AWS, Service, Federated or CanonicalUser", place, member.offset);
      }
      const bool done = each_string(member.value, place, [&](const text::JsonNode& text, const std::string& at) {
        auto pattern = PrincipalPattern::parse(member.key, text.text);
        if (!pattern) return refuse(pattern.error(), at, text);
        statement.principal_patterns.push_back(std::move(*pattern));
        return true;
      });
      if (!done) return false;
    }
    return true;
  }

  bool read_conditions(const text::JsonNode& node, Statement& statement, const std::string& path) {
    if (!expect(node, Kind::object, path)) return false;
    std::vector<std::string> operators;
    for (const text::JsonMember& member : node.members) {
      const std::string place = text::pointer_to(path, member.key);
      const auto op = ConditionOperator::parse(member.key);
      if (!op) return refuse(op.error(), place, member.offset);
      operators.push_back(text::lowered(member.key));
      if (std::count(operators.begin(), operators.end(), operators.back()) > 1) {
        return refuse(fmt::format("\"{}\" is there twice", member.key), place, member.offset);
      }
      if (!expect(member.value, Kind::object, place)) return false;
      const std::size_t first = statement.conditions.size();
      for (const text::JsonMember& entry : member.value.members) {
        if (!read_condition(*op, entry, statement, text::pointer_to(place, entry.key), first)) return false;
      }
    }
    return true;
  }

  bool read_condition(ConditionOperator op, const text::JsonMember& entry, Statement& statement,
                      const std::string& path, std::size_t first) {
    const std::size_t colon = entry.key.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == entry.key.size()) {
      return refuse("a condition key is a service and a name, such as aws:SourceIp", path, entry.offset);
    }
    Condition condition{op, entry.key};
    const auto same = [&](const Condition& other) { return other.key().folded == condition.key().folded; };
    if (std::any_of(statement.conditions.begin() + static_cast<std::ptrdiff_t>(first), statement.conditions.end(),
                    same)) {
      return refuse("the key is there twice, differing only in case", path, entry.offset);
    }
    const bool done = each(entry.value, path, [&](const text::JsonNode& value, const std::string& place) {
      if (value.kind == Kind::null || value.kind == Kind::array || value.kind == Kind::object) {
        return refuse(
            fmt::format("a string, a number or a boolean is expected here, not {}", text::kind_name(value.kind)), place,
            value);
      }
      const auto added = condition.add(value.text, variables_);
      return added.has_value() || refuse(added.error(), place, value);
    });
    if (!done) return false;
    const std::string& folded = condition.key().folded;
    if (folded.substr(0, 4) == "aws:" && !is_global_key(folded)) {
      warn(fmt::format("{} is no condition key that is known, and so taken to be absent unless the request has it",
                       condition.key().name),
           path);
    }
    if (!condition.has_values()) warn("a condition without values is never true", path);
    if (condition.has_short_arn()) warn("an Arn operator's value with fewer than six components matches nothing", path);
    statement.conditions.push_back(std::move(condition));
    return true;
  }

  // Organizations User Guide, "RCP syntax".
  bool check_resource_control(const Statement& statement, const text::JsonNode& node, const std::string& path) {
    const text::JsonNode* const principal = node.find("Principal");
    if (principal == nullptr || principal->text != "*") {
      return refuse("a statement of a resource control policy needs \"Principal\": \"*\"", path, node);
    }
    if (statement.actions == Names::all_but_listed) {
      return refuse("a resource control policy can't have NotAction", path, node);
    }
    return true;
  }

  // ForAllValues is true for an absent key, so an Allow needs a second condition that the key is there.
  void note_loose_conditions(const Statement& statement, const std::string& path) {
    if (!statement.allow) return;
    for (const Condition& condition : statement.conditions) {
      if (condition.op().set != ConditionOperator::Set::for_all_values) continue;
      const bool guarded =
          std::any_of(statement.conditions.begin(), statement.conditions.end(), [&](const Condition& other) {
            return other.key().folded == condition.key().folded &&
                   other.op().set != ConditionOperator::Set::for_all_values && !other.op().if_exists &&
                   !other.op().negated;
          });
      if (!guarded) {
        warn(fmt::format("ForAllValues is true if {0} is absent, so this allows requests without it; add "
                         "\"Null\": {{\"{0}\": \"false\"}}",
                         condition.key().name),
             text::pointer_to(path, "Condition"));
      }
    }
  }

  Policy policy_;
  text::Problem error_;
  bool variables_ = false;
};

}  // namespace

text::Result<Policy> compile_policy(const text::JsonNode& document, PolicyKind kind, const std::string& path) {
  return Compiler{kind}.compile(document, path);
}

text::Result<Policy> parse_policy(std::string_view json, PolicyKind kind) {
  if (json.size() > kMaxPolicyBytes) {
    return text::Problem{fmt::format("the policy has {} bytes, the limit is {}", json.size(), kMaxPolicyBytes), "", 0};
  }
  auto document = text::parse_json_object(json);
  if (!document) return document.error();
  return compile_policy(*document, kind, "");
}

}  // namespace trailkeeper::rules::iam
