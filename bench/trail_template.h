// JSON texts with places for values, split once so that filling them in is fast.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trail_world.h"

namespace trailkeeper::bench {

/// What an event's values come from.
struct EventContext {
  const Account* account = nullptr;
  const Caller* caller = nullptr;
  std::string_view region;
  std::int64_t time = 0;     ///< Seconds since the epoch.
  std::uint64_t choice = 0;  ///< Chooses the resources: all places of one event name the same ones.
};

/// `<account>`, `<region>`, `<session>`, `<bucket>`, `<key>`, `<function>`, `<table>`, `<kms>`, `<role>`, `<instance>`,
/// `<queue>`, `<group>` (16 hex digits), `<user>`, `<prefix>`, `<param>`: the event's. `<guid>`, `<hex16>`,
/// `<upper16>`,
/// `<alnum32>`, `<role-id>`, `<base64>` (76 characters), `<number>`, `<small>`: random at each place. `<seconds>`,
/// `<millis>`, `<day>` (midnight), `<date>` (with slashes): the event's time.
class Template {
 public:
  explicit Template(std::string_view text);

  void append(std::string& out, const EventContext& context, Random& random) const;
  [[nodiscard]] bool empty() const { return pieces_.empty() && tail_.empty(); }

 private:
  enum class Place : std::uint8_t;
  struct Piece {
    std::string before;
    Place place;
  };
  static void append_place(Place place, std::string& out, const EventContext& context, Random& random);

  std::vector<Piece> pieces_;
  std::string tail_;
};

}  // namespace trailkeeper::bench
