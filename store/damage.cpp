#include "store/damage.h"

#include <set>
#include <utility>

#include "text/mutex.h"

namespace trailkeeper::store {
namespace {

struct Places {
  text::Mutex mutex;
  std::function<void(const std::string&)> told TRAILKEEPER_GUARDED_BY(mutex);
  std::set<std::string> known TRAILKEEPER_GUARDED_BY(mutex);
};

Places& places() {
  static Places all;
  return all;
}

}  // namespace

void leave_out_damage(std::function<void(const std::string&)> told) {
  Places& all = places();
  const text::Lock lock{all.mutex};
  all.told = std::move(told);
}

bool leaves_out_damage() {
  Places& all = places();
  const text::Lock lock{all.mutex};
  return static_cast<bool>(all.told);
}

void left_out_or_throw(const StoreError& error) {
  Places& all = places();
  const text::Lock lock{all.mutex};
  if (!all.told || error.kind() != StoreErrorKind::corrupt) throw StoreError{error};
  if (all.known.insert(error.what()).second) all.told(error.what());
}

std::size_t places_left_out() {
  Places& all = places();
  const text::Lock lock{all.mutex};
  return all.known.size();
}

}  // namespace trailkeeper::store
