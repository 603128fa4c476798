#include "query/investigation/grant_changes.h"

#include <algorithm>
#include <array>

#include "event/reject.h"
#include "query/field_catalogue.h"
#include "query/json_path.h"
#include "query/pattern.h"
#include "text/json_node.h"

namespace trailkeeper::query {
namespace {

constexpr std::array<std::string_view, 24> kChanges{"*Policy*",
                                                    "*Policies*",
                                                    "*Permission*",
                                                    "*Grant*",
                                                    "*AccessKey*",
                                                    "*ServiceSpecificCredential*",
                                                    "*SigningCertificate*",
                                                    "*SSHPublicKey*",
                                                    "*LoginProfile*",
                                                    "*Password*",
                                                    "*MFADevice*",
                                                    "*VirtualMFA*",
                                                    "Put*Acl",
                                                    "*UserToGroup",
                                                    "*UserFromGroup",
                                                    "*RoleToInstanceProfile",
                                                    "*RoleFromInstanceProfile",
                                                    "*SAMLProvider*",
                                                    "*OpenIDConnectProvider*",
                                                    "*AccountAssignment*",
                                                    "*PublicAccessBlock*",
                                                    "*ResourceShare*",
                                                    "Modify*Attribute",
                                                    "*TrustRelationship*"};
// Making or removing somebody who can be granted something.
constexpr std::array<std::string_view, 6> kIdentities{"CreateUser", "DeleteUser",  "CreateRole",
                                                      "DeleteRole", "CreateGroup", "DeleteGroup"};
constexpr std::array<std::string_view, 10> kReads{"Get*",      "List*",  "Describe*", "Simulate*", "Generate*",
                                                  "Validate*", "Check*", "Lookup*",   "Search*",   "BatchGet*"};

template <std::size_t kSize>
bool any_matches(const std::array<std::string_view, kSize>& globs, std::string_view name) {
  return std::any_of(globs.begin(), globs.end(), [&](std::string_view glob) { return Pattern{glob}.matches(name); });
}

// `userName=anna policyArn=arn:aws:iam::aws:policy/AdministratorAccess`; documents and lists are left to `show`.
std::string target_of(std::string_view json) {
  constexpr std::size_t kLongestValue = 200;
  constexpr std::size_t kLongest = 400;
  std::string target;
  const auto parameters = text::parse_json_object(json_at(json, "requestParameters"));
  if (!parameters) return target;
  for (const text::JsonMember& member : parameters->members) {
    const std::string& text = member.value.text;
    // Documents come as strings, percent-encoded or not.
    if (text.empty() || text.size() > kLongestValue || text.front() == '{' || text.starts_with("%7B")) continue;
    if (target.size() + member.key.size() + text.size() > kLongest) break;
    target += (target.empty() ? "" : " ") + member.key + "=" + text;
  }
  return target;
}

}  // namespace

bool is_grant_change(std::string_view event_name) {
  if (any_matches(kReads, event_name)) return false;
  return any_matches(kChanges, event_name) || any_matches(kIdentities, event_name);
}

void list_grant_changes(const store::Snapshot& snapshot, const ShownEvents& shown, const Filter& filter,
                        const std::function<bool(const GrantChange&)>& visit) {
  Filter wanted = filter;
  for (const std::string_view glob : kChanges) wanted.add(FilterField::name, glob);
  for (const std::string_view name : kIdentities) wanted.add(FilterField::name, name);
  std::string json;
  list_events(snapshot, wanted, Order::newest, std::nullopt, [&](const ListedEvent& event) {
    GrantChange change;
    change.name = event_value(shown, *event.segment, event.index, {}, "name").value_or("");
    if (!is_grant_change(change.name)) return true;
    json.clear();
    shown.append(*event.segment, event.index, json);
    const std::size_t size = json.size();
    json.append(event::kPadding, '\0');
    const std::string_view text = std::string_view{json}.substr(0, size);
    change.time = event.segment->time(event.index);
    change.event_id = event_value(shown, *event.segment, event.index, text, "eventID").value_or("");
    change.source = event_value(shown, *event.segment, event.index, text, "source").value_or("");
    change.error = event_value(shown, *event.segment, event.index, text, "error").value_or("");
    change.target = target_of(text);
    return visit(change);
  });
}

}  // namespace trailkeeper::query
