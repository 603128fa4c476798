#include "serve/idle_memory.h"

#include <malloc.h>

namespace trailkeeper::serve {

bool IdleMemory::is_due(std::uint64_t done, std::size_t in_use, Clock::time_point now) {
  if (in_use > kLittle || done - done_ > kLittle) busy_ = now;
  done_ = done;
  much_in_use_ = much_in_use_ || in_use >= kMuch;
  const bool much = much_in_use_ || done - done_when_given_ >= kMuch;
  if (!much || now - busy_ < kQuiet || now - given_ < kEvery) return false;
  much_in_use_ = false;
  done_when_given_ = done;
  given_ = now;
  return true;
}

void IdleMemory::give_back() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace trailkeeper::serve
