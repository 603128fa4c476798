#include "store/damage.h"

#include <mutex>
#include <set>
#include <utility>

namespace trailkeeper::store {
namespace {

struct Places {
  std::mutex mutex;
  std::function<void(const std::string&)> told;
  std::set<std::string> known;
};

Places& places() {
  static Places all;
  return all;
}

}  // namespace

void leave_out_damage(std::function<void(const std::string&)> told) {
  const std::lock_guard lock{places().mutex};
  places().told = std::move(told);
}

bool leaves_out_damage() {
  const std::lock_guard lock{places().mutex};
  return static_cast<bool>(places().told);
}

void left_out_or_throw(const StoreError& error) {
  const std::lock_guard lock{places().mutex};
  if (!places().told || error.kind() != StoreErrorKind::corrupt) throw StoreError{error};
  if (places().known.insert(error.what()).second) places().told(error.what());
}

std::size_t places_left_out() {
  const std::lock_guard lock{places().mutex};
  return places().known.size();
}

}  // namespace trailkeeper::store
