#include "rules/verdicts/request_context.h"

#include <algorithm>
#include <array>

#include "rules/iam/condition_value.h"
#include "rules/iam/glob.h"
#include "rules/iam/global_keys.h"
#include "rules/requirements/clue.h"
#include "rules/requirements/known_keys.h"
#include "text/ascii.h"

namespace trailkeeper::rules::verdicts {

using text::JsonNode;

RequestContext::RequestContext() { unknowable_.add("*"); }

void RequestContext::clear() {
  entries_.clear();
  texts_.clear();
  values_.clear();
  extra_ = {};
}

void RequestContext::add(std::string_view folded, std::string value) {
  if (value.size() > kMostOfText) return;
  for (const iam::ContextEntry& entry : entries_) {
    if (entry.folded == folded) return;
  }
  const std::string& text = texts_.emplace_back(std::move(value));
  const std::vector<std::string_view>& values = values_.emplace_back(1, text);
  entries_.push_back({folded, iam::key_hash(folded), values, iam::is_multivalued_key(folded)});
}

void RequestContext::add_absent(std::string_view folded) {
  entries_.push_back({folded, iam::key_hash(folded), {}, false});
}

void RequestContext::add_caller(const EventFacts& facts, std::string_view principal_arn,
                                std::string_view organization) {
  const bool user = facts.identity_type == "IAMUser";
  add("aws:principalarn", std::string{principal_arn});
  add("aws:principalaccount", std::string{facts.account});
  if (!facts.principal_id.empty()) add("aws:userid", std::string{facts.principal_id});
  if (user && !facts.user_name.empty()) add("aws:username", std::string{facts.user_name});
  if (facts.identity_type == "AssumedRole") add_absent("aws:username");
  if (facts.identity_type == "Root") {
    add("aws:principaltype", "Account");
  } else {
    add("aws:principaltype", user ? "User" : std::string{facts.identity_type});
  }
  if (!facts.region.empty()) add("aws:requestedregion", std::string{facts.region});
  add("aws:principalisawsservice", "false");
  if (!organization.empty()) add("aws:principalorgid", std::string{organization});
}

void RequestContext::add_tags(const grants::Granted& granted) {
  for (const auto& [key, value] : granted.tags) {
    if (value) {
      add(key, *value);
    } else if (std::none_of(entries_.begin(), entries_.end(),
                            [&key = key](const auto& e) { return e.folded == key; })) {
      add_absent(key);
    }
  }
}

void RequestContext::set_resource_account(std::string_view account) {
  constexpr std::string_view kKey = "aws:resourceaccount";
  std::erase_if(entries_, [&](const iam::ContextEntry& entry) { return entry.folded == kKey; });
  if (!account.empty()) add(kKey, std::string{account});
}

void RequestContext::set_action(const iam::Action& action) {
  unknowable_.except(
      [&action](std::string_view folded) { return requirements::KnownKeys::built_in().lacks(action, folded); });
}

void RequestContext::set_extra(std::string_view folded, std::string_view value) {
  if (!extra_.empty()) {
    std::erase_if(entries_, [&](const iam::ContextEntry& entry) { return entry.folded == extra_; });
  }
  const std::size_t before = entries_.size();
  if (!folded.empty()) add(folded, std::string{value});
  extra_ = entries_.size() > before ? folded : std::string_view{};
}

void RequestContext::add_tags(std::string_view prefix, const JsonNode& tags) {
  for (const text::JsonMember& tag : tags.members) {
    if (tag.value.kind != JsonNode::Kind::string) continue;
    add(texts_.emplace_back(std::string{prefix} + text::lowered(tag.key)), tag.value.text);
  }
}

void RequestContext::add_list(std::string_view folded, const JsonNode& list) {
  constexpr std::size_t kMostValues = 100;
  if (list.items.size() > kMostValues) return;
  for (const iam::ContextEntry& entry : entries_) {
    if (entry.folded == folded) return;
  }
  std::vector<std::string_view>& values = values_.emplace_back();
  for (const JsonNode& item : list.items) {
    if (item.text.size() <= kMostOfText) values.emplace_back(texts_.emplace_back(item.text));
  }
  entries_.push_back({folded, iam::key_hash(folded), values, iam::is_multivalued_key(folded) || values.size() > 1});
}

// CloudTrail says which keys the request had only in event data stores (eventContext.requestContext, 1.11).
void RequestContext::add_from_event_context(const JsonNode& record) {
  const JsonNode* const context = record.find("eventContext");
  if (context == nullptr) return;
  if (const JsonNode* const request = context->find("requestContext")) {
    for (const text::JsonMember& member : request->members) {
      if (member.value.kind == JsonNode::Kind::object || member.value.kind == JsonNode::Kind::null) continue;
      const std::string& key = texts_.emplace_back(text::lowered(member.key));
      if (member.value.kind == JsonNode::Kind::array) {
        add_list(key, member.value);
      } else {
        add(key, member.value.text);
      }
    }
  }
  const JsonNode* const tags = context->find("tagContext");
  if (tags == nullptr) return;
  if (const JsonNode* const principal = tags->find("principalTags")) add_tags("aws:principaltag/", *principal);
  // Tags of several resources belong to different questions.
  const JsonNode* const resources = tags->find("resourceTags");
  if (resources == nullptr || resources->items.size() != 1) return;
  if (const JsonNode* const own = resources->items.front().find("tags")) add_tags("aws:resourcetag/", *own);
}

// Condition keys that are a parameter of the call. A parameter that isn't there may have been left out, so its key
// isn't taken to be absent, but where the event tells all that was given.
void RequestContext::add_parameters(const EventFacts& facts, const JsonNode& record) {
  struct Parameter {
    std::string_view source;
    std::string_view name;  // Of events.
    std::string_view parameter;
    std::string_view key;
    bool always = false;  // It is there, if it was given.
  };
  constexpr std::array<Parameter, 6> kParameters{{
      {"s3.amazonaws.com", "ListObject*", "prefix", "s3:prefix"},
      {"s3.amazonaws.com", "ListObject*", "delimiter", "s3:delimiter"},
      {"s3.amazonaws.com", "ListObject*", "max-keys", "s3:max-keys"},
      {"sts.amazonaws.com", "AssumeRole", "externalId", "sts:externalid", true},
      {"sts.amazonaws.com", "AssumeRole", "roleSessionName", "sts:rolesessionname"},
      {"sts.amazonaws.com", "AssumeRole", "sourceIdentity", "sts:sourceidentity"},
  }};
  const JsonNode* const given = record.find("requestParameters");
  if (given == nullptr) return;
  for (const Parameter& one : kParameters) {
    if (facts.event_source != one.source || !iam::glob_match(one.name, facts.event_name)) continue;
    if (given->find(one.parameter) == nullptr) {
      if (one.always && !requirements::lacks_parameters(record)) add_absent(one.key);
      continue;
    }
    const std::string_view value = scalar_at(*given, {one.parameter});
    if (value != "HIDDEN_DUE_TO_SECURITY_REASONS") add(one.key, std::string{value});
  }
}

void RequestContext::add_record(const EventFacts& facts, const JsonNode& record) {
  add_from_event_context(record);
  add_parameters(facts, record);
  add("aws:currenttime", text::format_timestamp(facts.time));
  add("aws:epochtime", std::to_string(facts.time / text::kSecond));
  const std::string_view address = text_at(record, {"sourceIPAddress"});
  if (iam::IpAddress::parse(address)) add("aws:sourceip", std::string{address});
  if (const auto agent = text_at(record, {"userAgent"}); !agent.empty()) add("aws:useragent", std::string{agent});
  const std::string_view made = text_at(record, {"userIdentity", "sessionContext", "attributes", "creationDate"});
  const std::string_view mfa = scalar_at(record, {"userIdentity", "sessionContext", "attributes", "mfaAuthenticated"});
  if (!made.empty()) add("aws:tokenissuetime", std::string{made});
  if (!mfa.empty()) {
    add("aws:multifactorauthpresent", std::string{mfa});
  } else if (text_at(record, {"userIdentity", "accessKeyId"}).starts_with("AKIA")) {
    // Requests with long-term keys have no such key, whatever the user logs in with.
    add_absent("aws:multifactorauthpresent");
    add_absent("aws:multifactorauthage");
    add_absent("aws:tokenissuetime");
  }
  if (const auto source = text_at(record, {"userIdentity", "sessionContext", "sourceIdentity"}); !source.empty()) {
    add("aws:sourceidentity", std::string{source});
  }
  if (scalar_at(record, {"userIdentity", "sessionContext", "assumedRoot"}) == "true") {
    add("aws:assumedroot", "true");
  } else {
    add_absent("aws:assumedroot");
  }
  if (!text_at(record, {"tlsDetails", "tlsVersion"}).empty()) add("aws:securetransport", "true");
  if (const auto endpoint = text_at(record, {"vpcEndpointId"}); !endpoint.empty()) {
    add("aws:sourcevpce", std::string{endpoint});
  }
  if (facts.invoked_by.empty()) {
    add("aws:viaawsservice", "false");
  } else if (facts.invoked_by.ends_with(".amazonaws.com")) {
    add("aws:viaawsservice", "true");
    add("aws:calledvia", std::string{facts.invoked_by});
    add("aws:calledvialast", std::string{facts.invoked_by});
  }
}

namespace {

const JsonNode* node_at(const JsonNode& node, std::initializer_list<std::string_view> path) {
  const JsonNode* at = &node;
  for (const std::string_view key : path) {
    at = at->find(key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

}  // namespace

std::string_view scalar_at(const JsonNode& node, std::initializer_list<std::string_view> path) {
  const JsonNode* const at = node_at(node, path);
  const bool scalar = at != nullptr && (at->kind == JsonNode::Kind::string || at->kind == JsonNode::Kind::number ||
                                        at->kind == JsonNode::Kind::boolean);
  return scalar ? std::string_view{at->text} : std::string_view{};
}

std::string_view text_at(const JsonNode& node, std::initializer_list<std::string_view> path) {
  const JsonNode* const at = node_at(node, path);
  return at != nullptr && at->kind == JsonNode::Kind::string ? std::string_view{at->text} : std::string_view{};
}

}  // namespace trailkeeper::rules::verdicts
