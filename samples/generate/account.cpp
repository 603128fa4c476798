#include "generate/account.h"

#include <utility>

#include "generate/names.h"
#include "generate/template.h"

namespace trailkeeper::generate {
namespace {

struct PoolPlan {
  Pool pool;
  unsigned count;
  std::string_view name;
};

// Later pools may use earlier ones.
constexpr std::array kPlans{
    PoolPlan{Pool::vpc, 3, "vpc-0<hex:16>"},
    PoolPlan{Pool::subnet, 12, "subnet-0<hex:16>"},
    PoolPlan{Pool::security_group, 40, "sg-0<hex:16>"},
    PoolPlan{Pool::vpc_endpoint, 4, "vpce-0<hex:16>"},
    PoolPlan{Pool::interface, 300, "eni-0<hex:16>"},
    PoolPlan{Pool::instance, 150, "i-0<hex:16>"},
    PoolPlan{Pool::volume, 220, "vol-0<hex:16>"},
    PoolPlan{Pool::snapshot, 400, "snap-0<hex:16>"},
    PoolPlan{Pool::image, 25, "ami-0<hex:16>"},
    PoolPlan{Pool::bucket, 40, "<company>-<word>-<one:prod|prod|stg|dev>"},
    PoolPlan{Pool::function, 90, "<word>-<one:handler|worker|consumer|trigger|api|authorizer>"},
    PoolPlan{Pool::table, 30, "<one:prod|staging>-<word>-<one:table|index|state|locks>"},
    PoolPlan{Pool::key, 18, "<guid>"},
    PoolPlan{Pool::role, 60, "<word>-<one:task|execution|service|access>-role-<alnum:6>"},
    PoolPlan{Pool::user, 30, "<word>-<one:sync|export|smtp|ci|reader>"},
    PoolPlan{Pool::policy, 30, "<word>-<one:read|write|admin|deploy>-policy"},
    PoolPlan{Pool::log_group, 60, "/aws/<one:lambda|ecs|codebuild|apigateway>/<word>-<one:prod|staging|dev>"},
    PoolPlan{Pool::queue, 25, "<word>-<one:queue|dlq|jobs|retries>"},
    PoolPlan{Pool::topic, 15, "<word>-<one:alerts|events|notifications>"},
    PoolPlan{Pool::secret, 35, "<one:prod|staging>/<word>/<one:database|api-key|oauth|smtp>-<alnum:6>"},
    PoolPlan{Pool::parameter, 60, "/<one:prod|staging|dev>/<word>/<one:url|token|flags|limit|version>"},
    PoolPlan{Pool::alarm, 40, "<word>-<one:5xx|latency-p99|cpu-high|throttles|dlq-depth>"},
    PoolPlan{Pool::database, 8, "<word>-<one:postgres|aurora|mysql>-<one:prod|staging>"},
    PoolPlan{Pool::cluster, 5, "<one:prod|staging|batch|tools>-<hex:4>"},
    PoolPlan{Pool::repository, 25, "<company>/<word>"},
    PoolPlan{Pool::certificate, 10, "<guid>"},
    PoolPlan{Pool::zone, 6, "Z0<upper:19>"},
    PoolPlan{Pool::distribution, 5, "E<upper:13>"},
    PoolPlan{Pool::stack, 20, "<word>-<one:prod|staging|dev>"},
    PoolPlan{Pool::rule, 25, "<word>-<one:hourly|nightly|on-change>"},
    PoolPlan{Pool::state_machine, 8, "<word>-flow"},
    PoolPlan{Pool::stream, 8, "<word>-stream"},
    PoolPlan{Pool::load_balancer, 8, "<word>-<one:alb|nlb>/<hex:16>"},
};

void fill_region(Region& region, const Account& account, std::uint64_t seed) {
  auto& word_pool = region.pools[static_cast<std::size_t>(Pool::word)];
  for (const std::string_view word : words()) word_pool.emplace_back(word);
  Scene scene{seed};
  scene.region = &region;
  scene.region_name = region.name;
  scene.account = account.number;
  scene.company = account.company;
  for (const PoolPlan& plan : kPlans) {
    const Template name{plan.name};
    auto& pool = region.pools[static_cast<std::size_t>(plan.pool)];
    for (unsigned i = 0; i < plan.count; ++i) {
      std::string item;
      name.append(item, scene);
      pool.push_back(std::move(item));
    }
  }
}

// How many callers of each kind an account has, in the order of CallerKind.
constexpr std::array<unsigned, kCallerKinds> kCallerCounts{1, 45, 90, 9, 150, 90, 40, 5, 12, 14, 12, 9, 8, 4};

}  // namespace

std::unique_ptr<Account> make_account(unsigned index, std::uint64_t seed) {
  constexpr std::array<std::string_view, 3> kDocumentation{"111122223333", "444455556666", "777788889999"};
  auto account = std::make_unique<Account>();
  Random random{mix({seed, 0xacc, index})};
  if (index < kDocumentation.size()) {
    account->number = kDocumentation[index];
  } else {
    append_padded(account->number, random.between(100'000'000'000, 999'999'999'999), 12);
  }
  account->company = companies()[index % companies().size()];
  for (std::size_t i = 0; i < kRegions; ++i) {
    account->regions[i].name = kRegionNames[i];
    fill_region(account->regions[i], *account, mix({seed, index, 0x4e9, i}));
  }
  for (std::size_t kind = 0; kind < kCallerKinds; ++kind) {
    for (unsigned i = 0; i < kCallerCounts[kind]; ++i) {
      const unsigned home = i % 4 == 3 ? 1 : 0;
      account->callers[kind].emplace_back(static_cast<CallerKind>(kind), i, account->number, account->company, home,
                                          account->regions[home], mix({seed, index, kind, i, 0xca1}));
    }
  }
  return account;
}

}  // namespace trailkeeper::generate
