// Events of a made-up trail, each a function of the seed and its number.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trail_template.h"
#include "trail_world.h"

namespace trailkeeper::bench {

enum class TimeOrder { ascending, random };

struct TrailOptions {
  std::uint64_t events = 1000;
  std::uint64_t first = 0;  ///< Number of the first event.
  std::uint64_t seed = 1;
  std::int64_t start = 0;  ///< Seconds since the epoch.
  std::uint32_t days = 90;
  std::uint32_t accounts = 3;
  std::uint32_t duplicates = 0;  ///< Percent of events that are an earlier one again.
  TimeOrder order = TimeOrder::ascending;
};

/// Where all events of one file are from.
struct Place {
  const Account* account;
  std::string_view region;
};

class TrailEvents {
 public:
  explicit TrailEvents(const TrailOptions& options);

  /// Appends event `number`, minified. With `place` it is one of that account and region.
  void append(std::uint64_t number, std::string& out, const Place* place = nullptr);

  /// When event `number` happened, in seconds since the epoch.
  [[nodiscard]] std::int64_t time_of(std::uint64_t number) const;

  /// An account and a region; the same ones for the same `random`.
  [[nodiscard]] Place place_of(std::uint64_t random) const;

 private:
  struct Templates;
  [[nodiscard]] std::uint64_t original_of(std::uint64_t number) const;
  void append_identity(std::string& out, const EventContext& context) const;
  void append_outcome(std::string& out, const Api& api, const Templates& templates, const EventContext& context,
                      Random& random);
  static void append_request_id(std::string& out, std::string_view source, Random& random);
  static void append_tls(std::string& out, const Api& api, const EventContext& context, Random& random);

  TrailOptions options_;
  World world_;
  std::vector<std::shared_ptr<const Templates>> templates_;  // As apis().
};

}  // namespace trailkeeper::bench
