// Whether damage ends a read, or is left out of its answer.
#pragma once

#include <functional>
#include <string>

#include "store/error.h"

namespace trailkeeper::store {

/// From now on, and for the whole process, reads leave out what is damaged, and `told` is called for each place once
/// (in any thread, one at a time); stores can't be opened for writing any more. Without this, damage throws
/// StoreError(corrupt). Call it before a store is opened.
void leave_out_damage(std::function<void(const std::string& what)> told);

[[nodiscard]] bool leaves_out_damage();

/// Call it within a catch block, or instead of a throw: reports, or throws `error`, as the process was set up.
void left_out_or_throw(const StoreError& error);

/// How many places were left out.
[[nodiscard]] std::size_t places_left_out();

}  // namespace trailkeeper::store
