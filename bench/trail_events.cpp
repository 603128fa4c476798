#include "trail_events.h"

#include <algorithm>

#include "trail_text.h"

namespace trailkeeper::bench {

/// What is known of an API before any event of it.
struct TrailEvents::Templates {
  explicit Templates(const Api& api)
      : request(api.request), response(api.response), additional(api.additional), resources(api.resources) {
    const bool signin = api.type == "AwsConsoleSignIn";
    source_and_name = "\",\"eventSource\":\"" + std::string{api.source} + ".amazonaws.com\",\"eventName\":\"" +
                      std::string{api.name} + "\",\"awsRegion\":\"";
    read_only = std::string{"\",\"readOnly\":"} + (api.read_only ? "true" : "false");
    type = ",\"eventType\":\"" + std::string{api.type} + "\",\"managementEvent\":" + (api.data ? "false" : "true") +
           ",\"recipientAccountId\":\"";
    category = std::string{"\",\"eventCategory\":\""} + (api.data ? "Data" : "Management") + '"';
    // Services moved from one eventVersion to the next at their own pace.
    version = std::string{"{\"eventVersion\":\""} +
              (signin || api.source == "health" ? "1.08"
               : api.data                       ? "1.10"
                                                : "1.09") +
              "\",\"userIdentity\":";
  }

  std::string version, source_and_name, read_only, type, category;
  Template request, response, additional, resources;
};

namespace {

constexpr std::uint32_t kErrorPercent = 3;
constexpr std::uint64_t kDuplicateReach = 200'000;
constexpr std::int64_t kJitterSeconds = 240;

}  // namespace

TrailEvents::TrailEvents(const TrailOptions& options) : options_(options), world_(mix(options.seed), options.accounts) {
  for (const Api& api : apis()) templates_.push_back(std::make_shared<const Templates>(api));
}

std::int64_t TrailEvents::time_of(std::uint64_t number) const {
  const std::uint64_t span = std::uint64_t{options_.days} * 86400;
  const std::uint64_t random = mix(options_.seed ^ mix(number ^ 0x74696d65));
  if (options_.order == TimeOrder::random) return options_.start + static_cast<std::int64_t>(random % span);
  const std::uint64_t part = number - std::min(number, options_.first);
  const auto even = static_cast<std::int64_t>(static_cast<double>(part) / static_cast<double>(options_.events) *
                                              static_cast<double>(span));
  return options_.start + std::max<std::int64_t>(0, even - static_cast<std::int64_t>(random % kJitterSeconds));
}

Place TrailEvents::place_of(std::uint64_t random) const {
  const Account& account = world_.accounts[world_.account_pick.pick(mix(random))];
  return {&account, account.regions.pick(mix(random + 1))};
}

// A repeated event is one of those shortly before it that is not a repetition itself.
std::uint64_t TrailEvents::original_of(std::uint64_t number) const {
  if (options_.duplicates == 0) return number;
  const auto repeats = [&](std::uint64_t event) {
    return event > 0 && mix(options_.seed ^ mix(event ^ 0x647570)) % 100 < options_.duplicates;
  };
  if (!repeats(number)) return number;
  number -= 1 + mix(options_.seed ^ mix(number ^ 0x6f7267)) % std::min(number, kDuplicateReach);
  while (repeats(number)) --number;
  return number;
}

void TrailEvents::append(std::uint64_t number, std::string& out, const Place* place) {
  number = original_of(number);
  Random random{mix(options_.seed ^ mix(number))};
  EventContext context;
  const Place anywhere = place != nullptr ? *place : place_of(random.next());
  context.account = anywhere.account;
  context.region = anywhere.region;
  context.caller = &context.account->callers[context.account->caller_pick.pick(random.next())];
  context.time = time_of(number);
  context.choice = random.next();
  const bool regional = place != nullptr && context.region != "us-east-1";
  const auto kind = static_cast<std::size_t>(context.caller->kind);
  const std::size_t index = (regional ? world_.regional_apis_of : world_.apis_of)[kind].pick(random.next());
  const Api& api = apis()[index];
  const Templates& templates = *templates_[index];
  if (api.global && place == nullptr) context.region = "us-east-1";

  out += templates.version;
  append_identity(out, context);
  out += ",\"eventTime\":\"";
  append_time(out, context.time);
  out += templates.source_and_name;
  out += context.region;
  out += "\",\"sourceIPAddress\":\"";
  out += random.of(context.caller->addresses);
  out += "\",\"userAgent\":\"";
  out += random.of(context.caller->agents);
  out += '"';
  append_outcome(out, api, templates, context, random);
  out += ",\"requestID\":\"";
  append_request_id(out, api.source, random);
  out += "\",\"eventID\":\"";
  append_guid(out, random);
  out += templates.read_only;
  if (!templates.resources.empty()) {
    out += ",\"resources\":";
    templates.resources.append(out, context, random);
  }
  out += templates.type;
  out += context.account->id;
  if (context.caller->kind == CallerKind::service) {
    out += "\",\"sharedEventID\":\"";
    append_guid(out, random);
  }
  if (context.caller->through_endpoint && (api.data || api.source == "kms")) {
    out += "\",\"vpcEndpointId\":\"";
    out += context.caller->endpoint;
    out += "\",\"vpcEndpointAccountId\":\"";
    out += context.account->id;
  }
  out += templates.category;
  append_tls(out, api, context, random);
  out += '}';
}

void TrailEvents::append_identity(std::string& out, const EventContext& context) const {
  const Caller& caller = *context.caller;
  out += caller.identity;
  if (!caller.has_key) return;
  if (!caller.long_term_key.empty()) {
    out += caller.long_term_key;
    out += caller.after_key;
    return;
  }
  // A caller's sessions are equally long and don't begin together.
  const std::int64_t length = caller.session_seconds;
  const auto phase = static_cast<std::int64_t>(caller.seed % static_cast<std::uint64_t>(length));
  const std::int64_t session = (context.time + phase) / length;
  Random credentials{mix(caller.seed ^ static_cast<std::uint64_t>(session))};
  out += "ASIA";
  append_upper(out, credentials, 16);
  out += caller.after_key;
  append_time(out, session * length - phase);
  out += caller.after_date;
}

// From errorCode to additionalEventData.
void TrailEvents::append_outcome(std::string& out, const Api& api, const Templates& templates,
                                 const EventContext& context, Random& random) {
  const bool failed = random.percent(kErrorPercent);
  const bool signin = api.type == "AwsConsoleSignIn";
  if (failed) {
    const bool denied = !signin && (api.error == "AccessDenied" || random.percent(50));
    if (!signin) {
      out += ",\"errorCode\":\"";
      out += denied ? std::string_view{"AccessDenied"} : api.error;
      out += '"';
    }
    out += ",\"errorMessage\":\"";
    if (denied) {
      out += "User: ";
      out += context.caller->arn;
      out += " is not authorized to perform: ";
      out += api.source;
      out += ':';
      out += api.name;
      out += " because no identity-based policy allows the ";
      out += api.source;
      out += ':';
      out += api.name;
      out += " action";
    } else {
      out += signin ? api.error : "The request could not be completed.";
    }
    out += '"';
  }
  out += ",\"requestParameters\":";
  templates.request.append(out, context, random);
  out += ",\"responseElements\":";
  if (failed) {
    out += signin ? R"({"ConsoleLogin":"Failure"})" : "null";
  } else {
    templates.response.append(out, context, random);
  }
  if (!templates.additional.empty()) {
    out += ",\"additionalEventData\":";
    templates.additional.append(out, context, random);
  }
}

void TrailEvents::append_request_id(std::string& out, std::string_view source, Random& random) {
  if (source == "s3") {
    append_upper(out, random, 16);
  } else if (source == "dynamodb") {
    append_upper(out, random, 52);
  } else {
    append_guid(out, random);
  }
}

void TrailEvents::append_tls(std::string& out, const Api& api, const EventContext& context, Random& random) {
  if (context.caller->kind == CallerKind::service) return;
  const bool modern = random.below(100) < 80;
  out +=
      modern
          ? R"(,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":")"
          : R"(,"tlsDetails":{"tlsVersion":"TLSv1.2","cipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","clientProvidedHostHeader":")";
  if (api.source == "s3" && api.data) {
    out += context.account->buckets.pick(context.choice);
    out += '.';
  }
  out += api.source;
  if (!api.global) {
    out += '.';
    out += context.region;
  }
  out += ".amazonaws.com\"}";
  if (context.caller->kind == CallerKind::person && !context.caller->long_term_key.empty()) return;
  if (context.caller->kind == CallerKind::person && random.percent(50))
    out += ",\"sessionCredentialFromConsole\":\"true\"";
}

}  // namespace trailkeeper::bench
