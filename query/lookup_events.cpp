#include "query/lookup_events.h"

#include <simdjson.h>

#include <cstdio>

#include "event/reject.h"
#include "query/event_list.h"
#include "query/event_resources.h"
#include "query/field_catalogue.h"
#include "query/json_path.h"
#include "query/lookup_request.h"
#include "query/shown_event.h"
#include "text/json_writer.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

namespace ondemand = simdjson::ondemand;

namespace {

// Events may have a megabyte each: a page ends early rather than fill the memory. AWS's pages may be short, too.
constexpr std::size_t kMostBytes = 8U << 20U;

/// The members of LookupEvents' Event that come from inside the record.
struct Shown {
  std::string event_id;
  std::string event_name;
  std::string event_source;
  std::string read_only;
  std::string access_key_id;
  std::string username;
  bool data_event = false;  ///< Of before there were categories.
};

/// Who called.
struct Identity {
  std::string type;
  std::string user_name;
  std::string arn;
  std::string invoked_by;
  std::string access_key_id;
  std::string issuer_user_name;
  std::string principal_id;
  std::string on_behalf_of;
};

// Calls `visit` with each member of an object; does nothing for another value. On demand, since the DOM parser refuses
// numbers that CloudTrail may have: 1e999, or integers beyond 64 bits.
template <typename Visit>
void for_each_member(ondemand::value value, Visit visit) {
  ondemand::object object;
  if (value.get_object().get(object)) return;
  for (auto member : object) {
    ondemand::field field;
    std::string_view key;
    if (std::move(member).get(field) || field.unescaped_key().get(key)) return;
    visit(key, field.value());
  }
}

// A string's text, `true` or `false`; empty for anything else.
std::string text_of(ondemand::value value) {
  const std::string_view token = value.raw_json_token();
  if (token.starts_with("true")) return "true";
  if (token.starts_with("false")) return "false";
  if (!token.starts_with('"')) return {};
  return display_text(token.substr(0, token.find_last_of('"') + 1));
}

Identity identity_of(ondemand::value value) {
  Identity identity;
  for_each_member(value, [&](std::string_view key, ondemand::value member) {
    if (key == "type") identity.type = text_of(member);
    if (key == "userName") identity.user_name = text_of(member);
    if (key == "arn") identity.arn = text_of(member);
    if (key == "invokedBy") identity.invoked_by = text_of(member);
    if (key == "accessKeyId") identity.access_key_id = text_of(member);
    if (key == "principalId") identity.principal_id = text_of(member);
    if (key == "onBehalfOf") {
      for_each_member(member, [&](std::string_view inner_key, ondemand::value inner) {
        if (inner_key == "userId") identity.on_behalf_of = text_of(inner);
      });
    }
    if (key != "sessionContext") return;
    for_each_member(member, [&](std::string_view context_key, ondemand::value context) {
      if (context_key != "sessionIssuer") return;
      for_each_member(context, [&](std::string_view issuer_key, ondemand::value issuer) {
        if (issuer_key == "userName") identity.issuer_user_name = text_of(issuer);
      });
    });
  });
  return identity;
}

// As the derived field `user` (query/field_catalogue.h) chooses.
std::string shown_user(const Identity& identity) {
  if (identity.type == "Root") return "root";
  if (!identity.user_name.empty()) return identity.user_name;
  if (identity.arn.empty() && identity.principal_id.empty() && !identity.on_behalf_of.empty()) {
    return identity.on_behalf_of;
  }
  if (const auto session = session_name(identity.arn)) return std::string{*session};
  if (!identity.issuer_user_name.empty()) return identity.issuer_user_name;
  return identity.invoked_by;
}

// `"Resources":[{"ResourceType":…,"ResourceName":…},…]`; of what the event names without a type, the name alone.
void write_resources(std::string_view event, text::JsonWriter& json) {
  json.name("Resources").open('[');
  for (const EventResource& resource : event_resources(event)) {
    if (resource.type.empty() && resource.name.empty()) continue;
    json.open('{').member_if_any("ResourceType", resource.type);
    json.member_if_any("ResourceName", resource.name).close('}');
  }
  json.close(']');
}

Shown shown_of(ondemand::value record) {
  Shown shown;
  std::string insight_name;
  std::string insight_source;
  std::string category;
  std::string managed;
  for_each_member(record, [&](std::string_view key, ondemand::value member) {
    if (key == "eventID") shown.event_id = text_of(member);
    if (key == "eventName") shown.event_name = text_of(member);
    if (key == "eventSource") shown.event_source = text_of(member);
    if (key == "readOnly") shown.read_only = text_of(member);
    if (key == "eventCategory") category = text_of(member);
    if (key == "managementEvent") managed = text_of(member);
    if (key == "userIdentity") {
      const Identity identity = identity_of(member);
      shown.access_key_id = identity.access_key_id;
      shown.username = shown_user(identity);
    }
    if (key != "insightDetails") return;
    for_each_member(member, [&](std::string_view inner_key, ondemand::value inner) {
      if (inner_key == "eventName") insight_name = text_of(inner);
      if (inner_key == "eventSource") insight_source = text_of(inner);
    });
  });
  if (shown.event_name.empty()) shown.event_name = insight_name;
  if (shown.event_source.empty()) shown.event_source = insight_source;
  shown.data_event = category.empty() && managed == "false";
  return shown;
}

std::string time_text(text::Timestamp time) {
  std::string out = std::to_string(time / text::kSecond);
  const auto milliseconds = static_cast<int>(time % text::kSecond);
  if (milliseconds == 0) return out;
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, ".%03d", milliseconds < 0 ? -milliseconds : milliseconds);
  return out + fraction;
}

/// Makes the page.
class Page {
 public:
  Page(const LookupRequest& request, std::uint64_t seed, ShownEvents shown)
      : request_(request), seed_(seed), shown_events_(std::move(shown)) {
    json_.open('{').name("Events").open('[');
  }

  /// False: the page is full, and this event belongs to the next.
  bool add(const ListedEvent& event) {
    if (events_ == request_.limit || body_.size() > kMostBytes) {
      // One that is left out wouldn't make a next page.
      more_ = read(event);
      return !more_;
    }
    if (!read(event)) return true;
    ++events_;
    last_ = position_of(event);
    append(event);
    return true;
  }

  LookupAnswer finish() {
    LookupAnswer answer;
    answer.events = events_;
    json_.close(']');
    if (more_) json_.member("NextToken", encode_token(last_, request_, seed_));
    json_.close('}');
    answer.body = std::move(body_);
    return answer;
  }

 private:
  // False if the event isn't one that the filter, which knows columns only, should have let through.
  bool read(const ListedEvent& event) {
    event_.clear();
    shown_events_.append(*event.segment, event.index, event_);
    size_ = event_.size();
    event_.append(event::kPadding, '\0');
    ondemand::document document;
    ondemand::value record;
    shown_ = Shown{};
    if (!parser_.iterate(event_.data(), size_, event_.size()).get(document) && !document.get_value().get(record)) {
      shown_ = shown_of(record);
    }
    if (!request_.insight) return !shown_.data_event;
    for (const auto& [key, value] : request_.insight_attributes) {
      if ((key == "EventName" ? shown_.event_name : shown_.event_source) != value) return false;
    }
    return true;
  }

  void append(const ListedEvent& event) {
    const std::string_view bytes = std::string_view{event_}.substr(0, size_);
    json_.open('{').member_if_any("EventId", shown_.event_id).member_if_any("EventName", shown_.event_name);
    json_.member_if_any("ReadOnly", shown_.read_only).member_if_any("AccessKeyId", shown_.access_key_id);
    json_.raw_member("EventTime", time_text(event.segment->time(event.index)));
    json_.member_if_any("EventSource", shown_.event_source).member_if_any("Username", shown_.username);
    write_resources(bytes, json_);
    json_.member("CloudTrailEvent", bytes).close('}');
  }

  const LookupRequest& request_;
  std::uint64_t seed_;
  ShownEvents shown_events_;
  std::string body_;
  text::JsonWriter json_{body_};
  unsigned events_ = 0;
  bool more_ = false;
  Position last_;
  ondemand::parser parser_;
  std::string event_;  // With padding behind its bytes.
  std::size_t size_ = 0;
  Shown shown_;
};

LookupAnswer refusal(const LookupError& error) {
  constexpr int kBadRequest = 400;
  LookupAnswer answer{kBadRequest, error.type, "", 0};
  text::JsonWriter json{answer.body};
  json.open('{').member("__type", error.type).member("message", error.message);
  json.member("Message", error.message).close('}');
  return answer;
}

}  // namespace

LookupAnswer lookup_events(const store::Snapshot& snapshot, std::string_view request) {
  const auto parsed = parse_lookup(request, snapshot.hash_seed());
  if (const auto* const error = std::get_if<LookupError>(&parsed)) return refusal(*error);
  const LookupRequest& lookup = std::get<LookupRequest>(parsed);
  Page page{lookup, snapshot.hash_seed(), ShownEvents{snapshot}};
  if (!lookup.nothing) {
    list_events(
        snapshot, lookup.filter, Order::newest, std::nullopt, [&](const ListedEvent& event) { return page.add(event); },
        lookup.after);
  }
  return page.finish();
}

}  // namespace trailkeeper::query
