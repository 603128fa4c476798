#include "query/filter.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace trailkeeper::query {
namespace {

constexpr std::string_view kNot = "not-";

constexpr std::array<FilterWord, kFilterCount> kWords{{
    {FilterField::event_id, "event-id", "eventID", "eventID", "`eventID`"},
    {FilterField::name, "name", "eventName", "eventName; activate's misspelt names are found by either spelling",
     "`eventName`; the names of activate.amazonaws.com that CloudTrail spells differently from IAM by either spelling"},
    {FilterField::source, "source", "eventSource", "eventSource, such as activate.amazonaws.com",
     "`eventSource`, such as `activate.amazonaws.com`",
     "activate.amazonaws.com billing.amazonaws.com ce.amazonaws.com cloudtrail.amazonaws.com ec2.amazonaws.com "
     "health.amazonaws.com iam.amazonaws.com kms.amazonaws.com lambda.amazonaws.com organizations.amazonaws.com "
     "s3.amazonaws.com signin.amazonaws.com sts.amazonaws.com support.amazonaws.com"},
    {FilterField::user, "user", "", "user, role or session name, root, or a service that acted by itself",
     "`userIdentity.userName`; or `userIdentity.sessionContext.sessionIssuer.userName`, a role's name; or the session "
     "name at the end of an assumed role's or federated user's ARN; `root` matches the root user"},
    {FilterField::principal, "principal", "", "ARN or principalId of the caller, ARN of its role, or calling service",
     "`userIdentity.arn`, `userIdentity.principalId`, `userIdentity.sessionContext.sessionIssuer.arn` (the role), or "
     "`userIdentity.invokedBy`"},
    {FilterField::access_key, "access-key", "accessKeyId", "access key ID", "`userIdentity.accessKeyId`"},
    {FilterField::account, "account", "recipientAccountId",
     "account that got the event (recipientAccountId, else the caller's)",
     "`recipientAccountId`; only where an event has none, `userIdentity.accountId`"},
    {FilterField::region, "region", "awsRegion", "awsRegion", "`awsRegion`"},
    {FilterField::ip, "ip", "sourceIPAddress", "sourceIPAddress, or a CIDR block such as 203.0.113.0/24",
     "`sourceIPAddress`; also a CIDR block of IPv4 or IPv6, such as `203.0.113.0/24`"},
    {FilterField::error, "error", "errorCode", "errorCode; any: every failed call, none: every one that succeeded",
     "`errorCode`; `any`: there is one, `none`: there is none",
     "any none AccessDenied UnauthorizedOperation ThrottlingException"},
    {FilterField::resource, "resource", "",
     "ARN, ID or name of a resource that the event lists, or that its parameters or answer name",
     "the name of one of the event's resources, or the part of it after the last `:` or `/`"},
    {FilterField::type, "type", "eventType", "eventType, such as AwsConsoleSignIn", "`eventType`",
     "AwsApiCall AwsServiceEvent AwsConsoleAction AwsConsoleSignIn AwsCloudTrailInsight AwsVpceEvent"},
    {FilterField::category, "category", "eventCategory", "eventCategory: Management, Data, NetworkActivity, Insight",
     "`eventCategory`", "Management Data NetworkActivity Insight"},
    {FilterField::request_id, "request-id", "requestID", "requestID", "`requestID`"},
    {FilterField::user_agent, "user-agent", "userAgent", "userAgent", "`userAgent`"},
    {FilterField::resource_type, "resource-type", "", "type of such a resource: AWS::S3::Bucket",
     "the type of one of the event's resources, such as `AWS::S3::Bucket`"},
    {FilterField::shown_user, "shown-user", "", ""},
    {FilterField::verdict, "verdict", "", "what permissions say", "what permissions say of it"},
    {FilterField::identity, "identity", "", "userIdentity.type, such as AssumedRole", "`userIdentity.type`",
     "Root IAMUser AssumedRole FederatedUser AWSAccount AWSService IdentityCenterUser SAMLUser WebIdentityUser"},
    {FilterField::role, "role", "", "ARN of the role that the caller assumed, or its name",
     "`userIdentity.sessionContext.sessionIssuer`'s `arn` or `userName`"},
    {FilterField::session, "session", "", "name of the session, as the caller's ARN has it at its end",
     "the name at the end of an assumed role's or federated user's `userIdentity.arn`"},
    {FilterField::where, "where", "",
     "a condition on the value at any path: PATH=GLOB, !=, <, <=, >, >=, ~REGEX, PATH? (is there), PATH!? (isn't)",
     "the value at any path, by a condition: `tlsDetails.tlsVersion=TLSv1.2`"},
    {FilterField::text, "text", "", "text that stands in any of the event's values, letter for letter",
     "any of the event's values, which must have the text in it"},
    {FilterField::read_only, "read-only", "readOnly", ""},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (static_cast<std::size_t>(kWords[i].field) != i) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const FilterWord> filter_words() { return kWords; }

const FilterWord& filter_word(FilterField field) { return kWords[static_cast<std::size_t>(field)]; }

std::string_view filter_name(FilterField field) { return filter_word(field).name; }

std::optional<FilterField> filter_of_name(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto* const found = std::find_if(
      kWords.begin(), kWords.end(), [&](const FilterWord& word) { return word.name == name || word.logged == name; });
  if (found == kWords.end()) return std::nullopt;
  return found->field;
}

std::optional<SignedFilter> signed_filter_of_name(std::string_view name) {
  const bool negated = name.starts_with(kNot);
  const auto field = filter_of_name(negated ? name.substr(kNot.size()) : name);
  if (!field) return std::nullopt;
  return SignedFilter{*field, negated};
}

std::string signed_filter_name(SignedFilter filter) {
  return std::string{filter.negated ? kNot : ""}.append(filter_name(filter.field));
}

namespace {

FieldFilter& alternatives_of(std::vector<FieldFilter>& fields, FilterField field, bool negated) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const FieldFilter& f) { return f.field == field && f.negated == negated; });
  return found != fields.end() ? *found : fields.emplace_back(FieldFilter{field, {}, {}, negated});
}

}  // namespace

void Filter::add(FilterField field, std::string_view text, bool negated) {
  if (field == FilterField::where) {
    auto condition = parse_condition(text);
    if (!condition) throw std::invalid_argument("a filter has a condition that is none: " + condition.error().message);
    return add_condition(std::move(*condition), text, negated);
  }
  FieldFilter& found = alternatives_of(fields, field, negated);
  found.any_of.emplace_back(text);
  found.texts.emplace_back(text);
}

void Filter::add_condition(Condition condition, std::string_view text, bool negated) {
  FieldFilter& found = alternatives_of(fields, FilterField::where, negated);
  found.texts.emplace_back(text);
  found.conditions.push_back(std::move(condition));
}

std::size_t Filter::regex_bytes() const {
  std::size_t bytes = 0;
  for (const FieldFilter& field : fields) {
    for (const Condition& condition : field.conditions) bytes += condition.regex == nullptr ? 0 : kRegexBytes;
  }
  return bytes;
}

}  // namespace trailkeeper::query
