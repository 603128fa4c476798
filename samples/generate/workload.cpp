#include "generate/workload.h"

#include <algorithm>

#include "generate/identity.h"

namespace trailkeeper::generate {
namespace {

constexpr std::size_t kChoices = 4096;

// Calls come in bursts: of this many events that follow each other, all are made by so many actors.
constexpr std::uint64_t kBurst = 160;
constexpr std::uint64_t kActors = 24;

// Of a thousand events, how many each kind of caller makes; in the order of CallerKind.
constexpr std::array<unsigned, kCallerKinds> kMixedShares{3, 45, 75, 60, 290, 230, 140, 50, 35, 55, 10, 4, 2, 1};
constexpr std::array<unsigned, kCallerKinds> kActivateShares{90, 350, 450, 90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20};

constexpr std::string_view kAccessDenied = "AccessDenied";
constexpr std::string_view kThrottling = "ThrottlingException";

std::string_view host_of(const Api& api) {
  if (api.style == Style::s3) {
    return api.request.find("<bucket>") == std::string_view::npos ? "s3.amazonaws.com"
                                                                  : "<bucket>.s3.<region>.amazonaws.com";
  }
  if (api.style == Style::sign_in) return "signin.aws.amazon.com";
  if (api.service == "iam") return "iam.amazonaws.com";
  return api.global ? "<service>.us-east-1.amazonaws.com" : "<service>.<region>.amazonaws.com";
}

void fill(std::string& out, const Template& text, Scene& scene) {
  out.clear();
  text.append(out, scene);
}

}  // namespace

Workload::Workload(const WorkloadOptions& options) : options_(options), clock_(options.start, options.days), bursts_(options.events / kBurst + 1) {
  for (unsigned i = 0; i < options.accounts; ++i) accounts_.push_back(make_account(i, options.seed));
  compile(activate_apis());
  if (options.profile == Profile::mixed) {
    compile(compute_apis());
    compile(storage_apis());
    compile(security_apis());
    compile(messaging_apis());
    compile(account_apis());
  }
  spread();
}

void Workload::compile(std::span<const Api> apis) {
  for (const Api& api : apis) {
    apis_.push_back({&api, std::string{api.service} + ".amazonaws.com", Template{api.request}, Template{api.response},
                     Template{api.resources}, Template{api.additional}, Template{api.error_message},
                     Template{host_of(api)}});
  }
}

void Workload::spread() {
  const auto& shares = options_.profile == Profile::mixed ? kMixedShares : kActivateShares;
  for (std::size_t kind = 0; kind < kCallerKinds; ++kind) {
    kinds_.insert(kinds_.end(), shares[kind] * kChoices / 1000, static_cast<CallerKind>(kind));
    std::uint64_t total = 0;
    const auto weight = [&](const Compiled& compiled) -> std::uint64_t {
      return (compiled.api->callers & only(static_cast<CallerKind>(kind))) != 0 ? compiled.api->weight : 0;
    };
    for (const Compiled& compiled : apis_) total += weight(compiled);
    for (std::size_t i = 0; i < apis_.size(); ++i) {
      if (weight(apis_[i]) == 0) continue;
      const std::uint64_t count = std::max<std::uint64_t>(1, weight(apis_[i]) * kChoices / total);
      choices_[kind].insert(choices_[kind].end(), count, static_cast<std::uint16_t>(i));
    }
  }
}

const Workload::Compiled& Workload::choose(CallerKind kind, Random& random) const {
  const std::vector<std::uint16_t>& choices = choices_[static_cast<std::size_t>(kind)];
  return apis_[choices[random.below(choices.size())]];
}

Workload::Actor Workload::actor(std::uint64_t position, Random& random) {
  const auto burst = static_cast<std::uint64_t>(Wide{position} * bursts_ / clock_.load());
  Random choice{mix({options_.seed, burst, random.below_skewed(kActors), 0xac7})};
  Actor actor{};
  actor.account = static_cast<unsigned>(choice.below(accounts_.size()));
  actor.kind = kinds_[choice.below(kinds_.size())];
  std::vector<Caller>& callers = accounts_[actor.account]->callers[static_cast<std::size_t>(actor.kind)];
  actor.caller = &callers[choice.below_skewed(callers.size())];
  actor.bits = choice.next();
  return actor;
}

Placement Workload::append(std::string& out, std::uint64_t index) {
  Scene scene{mix({options_.seed, index, 0xe7e})};
  Random& random = scene.random;
  const std::uint64_t position = options_.in_time_order
                                     ? static_cast<std::uint64_t>(Wide{index} * clock_.load() / options_.events)
                                     : random.below(clock_.load());
  const Actor by = actor(position, random);
  const CallerKind kind = by.kind;
  Caller& caller = *by.caller;
  const Account& account = *accounts_[by.account];
  Placement placement;
  placement.time = clock_.at(position);
  placement.account = by.account;
  const Session& session = caller.session(placement.time, by.bits);
  const Compiled* compiled = &choose(kind, random);
  while (compiled->api->style == Style::sign_in && !session.console) compiled = &choose(kind, random);
  const Api& api = *compiled->api;
  const bool away = random.per_mille(80);
  placement.region = api.global ? 0 : away ? 1 - caller.home() : caller.home();
  const bool by_service = kind == CallerKind::service || kind == CallerKind::linked_role;

  id_.clear();
  append_guid(id_, random);
  request_id_.clear();
  switch (api.style) {
    case Style::plain: append_guid(request_id_, random); break;
    case Style::s3: append_random(request_id_, random, Alphabet::upper, 16); break;
    case Style::dynamodb: append_random(request_id_, random, Alphabet::upper, 52); break;
    case Style::sign_in: break;
  }
  scene.region = &account.regions[placement.region];
  scene.region_name = scene.region->name;
  scene.time = placement.time;
  scene.account = account.number;
  scene.company = account.company;
  scene.service = api.service;
  scene.action = api.name;
  scene.request_id = request_id_;
  scene.caller_arn = session.arn;
  scene.caller_name = caller.name();
  scene.role_arn = caller.role_arn();
  scene.session_name = session.name;
  scene.access_key = session.access_key;
  scene.ip = session.ip;

  Event event;
  event.version = api.version;
  identity_ = session.identity_head;
  if (!session.identity_tail.empty() && (api.version == "1.08" || api.version == "1.09")) identity_ += kWebIdFederation;
  identity_ += session.identity_tail;
  event.identity = identity_;
  event.time = placement.time;
  event.source = compiled->source;
  event.name = api.name;
  event.region = scene.region_name;
  event.ip = session.ip;
  event.agent = session.agent;
  if (api.style == Style::s3 && !by_service) {
    agent_.assign("[").append(session.agent).append("]");
    event.agent = agent_;
  }
  fill(request_, compiled->request, scene);
  event.request = request_;
  fill(response_, compiled->response, scene);
  event.response = response_;
  fill(additional_, compiled->additional, scene);
  event.additional = additional_;
  fill(resources_, compiled->resources, scene);
  event.resources = resources_;
  event.request_id = request_id_;
  event.id = id_;
  event.read_only = api.read_only ? "true" : "false";
  event.api_version = api.api_version;
  event.management = !api.data;
  event.recipient = account.number;
  event.category = api.data ? "Data" : "Management";
  event.from_console = session.console && api.style != Style::sign_in;
  if (api.style == Style::sign_in) event.type = "AwsConsoleSignIn";
  if (!by_service) {
    if (!session.vpc_endpoint.empty() && !api.global && placement.region == caller.home()) {
      event.vpc_endpoint = session.vpc_endpoint;
      if (api.version != "1.08") event.vpc_endpoint_account = account.number;
    }
    fill(host_, compiled->host, scene);
    tls_.clear();
    append_tls(tls_, api.style == Style::s3 || session.access_key[5] < 'U', host_);
    event.tls = tls_;
  }
  fail(event, scene, *compiled);
  append_event(out, event);
  return placement;
}

// Some calls fail: with the API's own error, or for want of permission, or throttled.
void Workload::fail(Event& event, Scene& scene, const Compiled& compiled) {
  const Api& api = *compiled.api;
  if (api.error_per_mille == 0) return;
  const auto luck = scene.random.below(1000);
  if (luck >= api.error_per_mille + 8) return;
  event.response = api.style == Style::sign_in ? R"({"ConsoleLogin":"Failure"})" : "null";
  if (luck < api.error_per_mille || api.style == Style::sign_in) {
    event.error_code = api.error_code;
    fill(error_, compiled.error, scene);
  } else if (luck < api.error_per_mille + 5) {
    event.error_code = kAccessDenied;
    error_.assign("User: ").append(scene.caller_arn).append(" is not authorized to perform: ").append(api.service);
    error_.append(":").append(api.name).append(" with an explicit deny in a service control policy");
  } else {
    event.error_code = kThrottling;
    error_ = "Rate exceeded";
  }
  event.error_message = error_;
}

}  // namespace trailkeeper::generate
