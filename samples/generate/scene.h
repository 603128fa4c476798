// What one event is about: who calls, when, where, on which resources. Templates take their values from it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generate/random.h"

namespace trailkeeper::generate {

/// Kinds of resources that an account has several of.
enum class Pool : std::uint8_t {
  bucket, instance, volume, snapshot, security_group, subnet, vpc, vpc_endpoint, interface, image, function, table, key,
  role, user, policy, log_group, queue, topic, secret, parameter, alarm, database, cluster, repository, certificate,
  zone, distribution, stack, rule, state_machine, stream, load_balancer, word,
};
constexpr std::size_t kPools = static_cast<std::size_t>(Pool::word) + 1;

/// An account's resources in one region.
struct Region {
  std::string name;
  std::array<std::vector<std::string>, kPools> pools;
};

struct Scene {
  explicit Scene(std::uint64_t seed) : random(seed), bits(seed) {}

  Random random;       ///< The event's own stream.
  std::uint64_t bits;  ///< Labelled choices come from this, so that they are the same wherever the label stands.
  const Region* region = nullptr;
  std::int64_t time = 0;
  std::string_view region_name;
  std::string_view account;
  std::string_view company;
  std::string_view service;
  std::string_view action;
  std::string_view request_id;
  std::string_view caller_arn;
  std::string_view caller_name;
  std::string_view role_arn;
  std::string_view session_name;
  std::string_view access_key;
  std::string_view ip;
};

}  // namespace trailkeeper::generate
