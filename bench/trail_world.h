// The accounts, callers and resources of a made-up organisation.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "trail_apis.h"
#include "trail_random.h"

namespace trailkeeper::bench {

/// Names of which events name one, often the first and seldom the last.
class NamePool {
 public:
  NamePool() = default;
  explicit NamePool(std::vector<std::string> names)
      : names_(std::move(names)), pick_(WeightedPick::skewed(names_.size())) {}

  [[nodiscard]] const std::string& pick(std::uint64_t random) const { return names_[pick_.pick(random)]; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  WeightedPick pick_;
};

/// Someone who calls APIs.
struct Caller {
  CallerKind kind = CallerKind::person;
  std::uint64_t seed = 0;
  std::string session;  ///< Role session name, user name, or service.
  std::string arn;
  std::string identity;       ///< userIdentity up to the access key's value, or all of it.
  std::string after_key;      ///< From there to the value of creationDate, or to the end.
  std::string after_date;     ///< From there to the end; empty: there is no creationDate.
  std::string long_term_key;  ///< Empty: credentials of sessions.
  std::uint32_t session_seconds = 0;
  bool has_key = true;
  bool through_endpoint = false;  ///< Calls through a VPC endpoint.
  std::string endpoint;
  std::vector<std::string> addresses;
  std::vector<std::string> agents;
};

struct Account {
  std::string id;
  NamePool buckets, functions, tables, keys, roles, instances, queues, groups, users, regions;
  std::vector<Caller> callers;
  WeightedPick caller_pick;
};

/// All of it, made from a seed.
struct World {
  World(std::uint64_t seed, std::uint32_t account_count);

  std::vector<Account> accounts;
  WeightedPick account_pick;
  std::array<WeightedPick, kCallerKinds> apis_of;           ///< Index into apis().
  std::array<WeightedPick, kCallerKinds> regional_apis_of;  ///< Without those that are logged in us-east-1 only.
};

}  // namespace trailkeeper::bench
