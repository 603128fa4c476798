// Work on many things, on all cores.
#pragma once

#include <cstddef>
#include <functional>

namespace trailkeeper::store {

/// Threads that there are cores for.
unsigned all_cores();

/// Calls `work` once with each number below `count`, from this thread and as many more as make `threads`, each of which
/// takes the next number when it is done with one, under the caller's ReadLimit. After a call that throws none begins;
/// what it threw is thrown when all have ended.
void share_work(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work);

}  // namespace trailkeeper::store
