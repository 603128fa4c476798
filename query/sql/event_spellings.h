// How the keys of a store's events are spelt.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace trailkeeper::query::sql {

/// The paths of all values in a snapshot's events, found by any case. Looks at the store when it is first asked.
class EventSpellings {
 public:
  /// The snapshot must outlive it.
  explicit EventSpellings(const store::Snapshot& snapshot) : snapshot_(snapshot) {}

  /// All spellings of a path that values lie at, or inside of; none if there are none, or if it isn't shown.
  std::vector<std::string> of(std::string_view path);

 private:
  void read();

  const store::Snapshot& snapshot_;
  bool read_ = false;
  std::map<std::string, std::vector<std::string>> by_lower_case_;
};

}  // namespace trailkeeper::query::sql
