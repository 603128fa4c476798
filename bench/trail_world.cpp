#include "trail_world.h"

#include <fmt/format.h>

#include "trail_text.h"

namespace trailkeeper::bench {
namespace {

constexpr std::array<std::string_view, 24> kNouns{"orders",  "billing",  "search",  "ingest",  "media",   "auth",
                                                  "catalog", "payments", "reports", "mail",    "events",  "users",
                                                  "assets",  "export",   "import",  "webhook", "session", "ledger",
                                                  "pricing", "feeds",    "alerts",  "audit",   "cache",   "thumbs"};
constexpr std::array<std::string_view, 12> kVerbs{"api",     "worker", "sync",   "loader", "router", "writer",
                                                  "handler", "cron",   "reader", "proxy",  "runner", "hook"};
constexpr std::array<std::string_view, 20> kPeople{"anna",   "ben",   "chloe", "david", "elif", "farid", "grace",
                                                   "hugo",   "ines",  "jonas", "kofi",  "lena", "marta", "nils",
                                                   "olivia", "pavel", "quinn", "rosa",  "sven", "tara"};
constexpr std::array<std::string_view, 6> kRegions{"us-east-1", "eu-central-1",   "us-west-2",
                                                   "eu-west-1", "ap-southeast-2", "us-east-2"};
constexpr std::array<std::string_view, 10> kServices{"lambda.amazonaws.com",     "autoscaling.amazonaws.com",
                                                     "cloudtrail.amazonaws.com", "ecs-tasks.amazonaws.com",
                                                     "config.amazonaws.com",     "delivery.logs.amazonaws.com",
                                                     "ec2.amazonaws.com",        "states.amazonaws.com",
                                                     "guardduty.amazonaws.com",  "elasticloadbalancing.amazonaws.com"};

template <typename Make>
NamePool pool(std::size_t count, Make&& make) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(make(i));
  return NamePool{std::move(names)};
}

std::string hex(Random& random, unsigned digits) {
  std::string text;
  append_hex(text, random.next(), digits);
  return text;
}

std::string upper(Random& random, unsigned count) {
  std::string text;
  append_upper(text, random, count);
  return text;
}

std::string guid(Random& random) {
  std::string text;
  append_guid(text, random);
  return text;
}

std::string noun(Random& random) { return std::string{kNouns[random.below(kNouns.size())]}; }
std::string verb(Random& random) { return std::string{kVerbs[random.below(kVerbs.size())]}; }

// Numbers below the given bounds. Arguments of one call may be evaluated in any order, so no call has two that draw.
template <std::size_t count>
std::array<std::uint32_t, count> draw(Random& random, const std::uint32_t (&bounds)[count]) {
  std::array<std::uint32_t, count> numbers;
  for (std::size_t i = 0; i < count; ++i) numbers[i] = random.below(bounds[i]);
  return numbers;
}

std::string noun_and_verb(Random& random) {
  std::string text = noun(random) + '-';
  return text += verb(random);
}

// JSON string content: browsers, command lines, SDKs.
std::string person_agent(Random& random) {
  const auto [kind, a, b] = draw(random, {5, 6, 30});
  switch (kind) {
    case 0:
      return fmt::format("aws-cli/2.{}.{} md/awscrt#0.19.19 ua/2.0 os/macos#23.{}.0 md/arch#arm64 lang/python#3.11.6",
                         13 + a, b, b % 5);
    case 1: return "AWS Internal";
    case 2:
      return fmt::format(
          "APN/1.0 HashiCorp/1.0 Terraform/1.{}.{} (+https://www.terraform.io) terraform-provider-aws/5.{}.0", 5 + a,
          b % 8, 30 + b);
    default:
      return fmt::format(
          "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 "
          "Safari/537.36",
          118 + a);
  }
}

std::string program_agent(Random& random, bool function) {
  const auto [kind, a, b] = draw(random, {4, 4, 6});
  switch (kind) {
    case 0:
      return fmt::format(
          "Boto3/1.34.{} md/Botocore#1.34.{} ua/2.0 os/linux#5.10.{}-amzn2.x86_64 md/arch#x86_64 lang/python#3.12.1{}",
          b * 10, b * 10, 205 + a, function ? " exec-env/AWS_Lambda_python3.12" : "");
    case 1:
      return fmt::format(
          "aws-sdk-js/3.4{}0.0 ua/2.0 os/linux#5.10.20{}.200 lang/js md/nodejs#20.{}.0 api/s3#3.4{}0.0{}", b, a, 9 + a,
          b, function ? " exec-env/AWS_Lambda_nodejs20.x" : "");
    case 2:
      return fmt::format(
          "aws-sdk-go-v2/1.2{}.0 os/linux lang/go#1.21.{} md/GOOS#linux md/GOARCH#amd64 api/dynamodb#1.2{}.0", a, b, b);
    default:
      return fmt::format(
          "aws-sdk-java/2.2{}.{} Linux/6.1.66-93.164.amzn2023.x86_64 OpenJDK_64-Bit_Server_VM/17.0.{} io/sync", a,
          b * 3, 8 + a);
  }
}

std::string public_address(Random& random) {
  static constexpr std::array<std::string_view, 3> kNets{"203.0.113.", "198.51.100.", "192.0.2."};
  const auto [kind, net, low, high, host] = draw(random, {10, 3, 65536, 65536, 65535});
  if (kind < 3) return fmt::format("2001:db8:{:x}:{:x}::{:x}", low, high, 1 + host);
  return fmt::format("{}{}", kNets[net], 1 + host % 254);
}

std::string private_address(Random& random) {
  const auto [net, subnet, host] = draw(random, {4, 64, 250});
  return fmt::format("10.{}.{}.{}", net, subnet, 4 + host);
}

void finish_role_session(Caller& caller, const std::string& account, const std::string& role, std::string_view path,
                         std::string_view more, Random& random) {
  const std::string id = "AROA" + upper(random, 17);
  caller.arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", account, role, caller.session);
  caller.identity =
      fmt::format(R"({{"type":"AssumedRole","principalId":"{}:{}","arn":"{}","accountId":"{}","accessKeyId":")", id,
                  caller.session, caller.arn, account);
  caller.after_key = fmt::format(
      R"(","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"{}","arn":"arn:aws:iam::{}:role{}{}","accountId":"{}","userName":"{}"}},{}"attributes":{{"creationDate":")",
      id, account, path, role, account, role,
      caller.kind == CallerKind::pipeline ? R"("webIdFederationData":{},)" : "");
  caller.after_date = fmt::format(R"(","mfaAuthenticated":"false"}}{}}}}})", more);
}

void name_person(Caller& caller, const Account& account, std::size_t number, Random& random) {
  const std::string_view name = kPeople[number % kPeople.size()];
  if (number % 4 == 3) {
    caller.session = fmt::format("{}-cli", name);
    caller.arn = fmt::format("arn:aws:iam::{}:user/{}", account.id, caller.session);
    caller.identity =
        fmt::format(R"({{"type":"IAMUser","principalId":"AIDA{}","arn":"{}","accountId":"{}","accessKeyId":")",
                    upper(random, 17), caller.arn, account.id);
    caller.after_key = fmt::format(R"(","userName":"{}"}})", caller.session);
    caller.long_term_key = "AKIA" + upper(random, 16);
  } else {
    caller.session = fmt::format("{}@example.com", name);
    finish_role_session(caller, account.id,
                        fmt::format("AWSReservedSSO_{}_{}", number % 3 == 0 ? "AdministratorAccess" : "DeveloperAccess",
                                    hex(random, 16)),
                        "/aws-reserved/sso.amazonaws.com/eu-central-1/", "", random);
  }
}

Caller make_caller(CallerKind kind, const Account& account, std::size_t number, Random& random) {
  Caller caller;
  caller.kind = kind;
  caller.seed = random.next();
  caller.session_seconds = 3600 * (1 + random.below(8));
  const auto addresses = [&](std::uint32_t count, auto&& make) {
    for (std::uint32_t i = 0; i < count; ++i) caller.addresses.push_back(make(random));
  };
  switch (kind) {
    case CallerKind::person:
      addresses(1 + random.below(4), public_address);
      for (int i = 0; i < 3; ++i) caller.agents.push_back(person_agent(random));
      name_person(caller, account, number, random);
      break;
    case CallerKind::pipeline:
      caller.session = number % 2 == 0 ? "GitHubActions" : fmt::format("deploy-{}", noun(random));
      caller.session_seconds = 3600;
      addresses(40, public_address);
      for (int i = 0; i < 2; ++i) caller.agents.push_back(person_agent(random));
      finish_role_session(caller, account.id, account.roles.pick(random.next()), "/ci/", "", random);
      break;
    case CallerKind::server:
      caller.session = account.instances.pick(random.next());
      caller.session_seconds = 3600 * 6;
      caller.through_endpoint = random.percent(60);
      addresses(caller.through_endpoint ? 1 : 2, caller.through_endpoint ? private_address : public_address);
      caller.agents.push_back(program_agent(random, false));
      finish_role_session(caller, account.id, account.roles.pick(random.next()), "/", R"(,"ec2RoleDelivery":"2.0")",
                          random);
      break;
    case CallerKind::function:
      caller.session = account.functions.pick(random.next());
      caller.session_seconds = 3600 * 12;
      caller.through_endpoint = random.percent(25);
      addresses(caller.through_endpoint ? 8 : 30, caller.through_endpoint ? private_address : public_address);
      caller.agents.push_back(program_agent(random, true));
      finish_role_session(caller, account.id, fmt::format("{}-{}", caller.session, hex(random, 4)), "/service-role/",
                          "", random);
      break;
    case CallerKind::service:
      caller.session = kServices[number % kServices.size()];
      caller.has_key = false;
      caller.arn = caller.session;
      caller.identity = fmt::format(R"({{"type":"AWSService","invokedBy":"{}"}})", caller.session);
      caller.addresses.push_back(caller.session);
      caller.agents.push_back(caller.session);
      break;
    case CallerKind::vendor:
      caller.session = number % 2 == 0 ? "DatadogAWSIntegration" : "cost-inspector";
      caller.session_seconds = 3600;
      addresses(12, public_address);
      caller.agents.push_back(program_agent(random, false));
      finish_role_session(caller, account.id, fmt::format("{}Role", caller.session), "/", "", random);
      break;
    case CallerKind::root:
      caller.session = "root";
      caller.session_seconds = 3600;
      caller.arn = fmt::format("arn:aws:iam::{}:root", account.id);
      caller.identity =
          fmt::format(R"({{"type":"Root","principalId":"{0}","arn":"{1}","accountId":"{0}","accessKeyId":")",
                      account.id, caller.arn);
      caller.after_key = R"(","sessionContext":{"attributes":{"creationDate":")";
      caller.after_date = R"(","mfaAuthenticated":"true"}}})";
      addresses(2, public_address);
      caller.agents.push_back(person_agent(random));
      break;
  }
  if (caller.through_endpoint) caller.endpoint = "vpce-0" + hex(random, 16);
  return caller;
}

Account make_account(std::uint64_t seed, std::uint32_t number) {
  Random random{mix(seed ^ (number + 1))};
  Account account;
  append_padded(account.id, 100'000'000'000 + random.next() % 899'999'999'999, 12);
  account.buckets =
      pool(24, [&](auto) { return fmt::format("acme-{}-{}", noun_and_verb(random), account.id.substr(8)); });
  account.functions = pool(40, [&](auto) {
    const std::string_view stage = random.percent(70) ? "prod" : "staging";
    return fmt::format("{}-{}", noun_and_verb(random), stage);
  });
  account.tables = pool(16, [&](auto) { return fmt::format("prod-{}", noun_and_verb(random)); });
  account.keys = pool(10, [&](auto) { return guid(random); });
  account.roles = pool(30, [&](auto) { return noun_and_verb(random); });
  account.instances = pool(80, [&](auto) { return "i-0" + hex(random, 16); });
  account.queues = pool(20, [&](auto) { return fmt::format("prod-{}", noun_and_verb(random)); });
  account.groups = pool(30, [&](auto) { return hex(random, 16); });
  account.users = pool(20, [&](auto i) { return fmt::format("{}-cli", kPeople[i]); });
  account.regions = pool(1 + number % kRegions.size(), [&](auto i) { return std::string{kRegions[i]}; });

  static constexpr std::array<std::uint32_t, kCallerKinds> kCounts{20, 8, 50, 40, 10, 3, 1};
  static constexpr std::array<std::uint32_t, kCallerKinds> kShares{50, 70, 260, 270, 260, 90, 1};  // Of 1000 events.
  std::vector<std::uint32_t> weights;
  for (std::size_t kind = 0; kind < kCallerKinds; ++kind) {
    std::uint32_t total = 0;
    for (std::uint32_t i = 0; i < kCounts[kind]; ++i) total += 1000 / (i + 3);
    for (std::uint32_t i = 0; i < kCounts[kind]; ++i) {
      account.callers.push_back(make_caller(static_cast<CallerKind>(kind), account, i, random));
      weights.push_back(kShares[kind] * 1000 * (1000 / (i + 3)) / total);
    }
  }
  account.caller_pick = WeightedPick{weights};
  return account;
}

}  // namespace

World::World(std::uint64_t seed, std::uint32_t account_count) {
  for (std::uint32_t i = 0; i < account_count; ++i) accounts.push_back(make_account(seed, i));
  account_pick = WeightedPick::skewed(account_count);
  for (std::size_t kind = 0; kind < kCallerKinds; ++kind) {
    std::vector<std::uint32_t> all;
    std::vector<std::uint32_t> regional;
    for (const Api& api : apis()) {
      all.push_back(api.weights[kind]);
      regional.push_back(api.global ? 0 : api.weights[kind]);
    }
    apis_of[kind] = WeightedPick{all};
    bool any = false;
    for (const std::uint32_t weight : regional) any = any || weight > 0;
    regional_apis_of[kind] = WeightedPick{any ? regional : all};
  }
}

}  // namespace trailkeeper::bench
