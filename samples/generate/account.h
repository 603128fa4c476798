// An account: its resources and those who call its APIs.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "generate/caller.h"
#include "generate/scene.h"

namespace trailkeeper::generate {

constexpr std::size_t kRegions = 2;
/// The first region is where global services are logged.
constexpr std::array<std::string_view, kRegions> kRegionNames{"us-east-1", "eu-west-1"};

struct Account {
  std::string number;
  std::string company;
  std::array<Region, kRegions> regions;
  std::array<std::vector<Caller>, kCallerKinds> callers;
};

/// Several hundred callers and some thousand resources. `index` 0 to 2 are the numbers of AWS's documentation.
std::unique_ptr<Account> make_account(unsigned index, std::uint64_t seed);

}  // namespace trailkeeper::generate
