// The volume generator: any number of events, each a function of the seed and its number.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "generate/account.h"
#include "generate/api.h"
#include "generate/clock.h"
#include "generate/event.h"
#include "generate/template.h"

namespace trailkeeper::generate {

enum class Profile : std::uint8_t {
  activate,  ///< Only what people and pipelines do in AWS Activate.
  mixed,     ///< All that a startup's accounts do.
};

struct WorkloadOptions {
  std::uint64_t seed = 1;
  std::uint64_t events = 0;
  std::int64_t start = 0;
  unsigned days = 90;
  unsigned accounts = 3;
  bool in_time_order = true;
  Profile profile = Profile::mixed;
};

/// Where an event is delivered.
struct Placement {
  unsigned account = 0;
  unsigned region = 0;
  std::int64_t time = 0;
};

class Workload {
 public:
  explicit Workload(const WorkloadOptions& options);

  /// Appends event `index` of options.events. The same index gives the same bytes, in whatever order it is asked.
  Placement append(std::string& out, std::uint64_t index);

  [[nodiscard]] const Account& account(unsigned index) const { return *accounts_[index]; }

 private:
  // An API with its texts compiled.
  struct Compiled {
    const Api* api;
    std::string source;
    Template request, response, resources, additional, error, host;
  };

  // One who calls, and in which of the sessions that run at once.
  struct Actor {
    unsigned account;
    CallerKind kind;
    Caller* caller;
    std::uint64_t bits;
  };

  void compile(std::span<const Api> apis);
  void spread();
  Actor actor(std::uint64_t position, Random& random);
  const Compiled& choose(CallerKind kind, Random& random) const;
  void fail(Event& event, Scene& scene, const Compiled& compiled);

  WorkloadOptions options_;
  Clock clock_;
  std::uint64_t bursts_;
  std::vector<std::unique_ptr<Account>> accounts_;
  std::vector<Compiled> apis_;
  // 4,096 equally likely choices each, so that choosing is one access.
  std::vector<CallerKind> kinds_;
  std::array<std::vector<std::uint16_t>, kCallerKinds> choices_;
  // Texts of the event at hand; kept for their memory.
  std::string identity_, request_, response_, resources_, additional_, error_, host_, tls_, agent_, id_, request_id_;
};

}  // namespace trailkeeper::generate
