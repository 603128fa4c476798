// What the store throws when it can't go on.
#pragma once

#include <stdexcept>
#include <string>

namespace trailkeeper::store {

enum class StoreErrorKind {
  io,            ///< The system refused: the message has its reason.
  full,          ///< Disk or map full: nothing was committed; try again when there is space.
  locked,        ///< Another process writes to the store.
  corrupt,       ///< Stored bytes aren't what was written.
  missing,       ///< There is no store at the path.
  newer_format,  ///< Written by a newer version.
  replaced,      ///< Somebody moved, removed or replaced the store's files while this process had them open.
  unknown,       ///< A write failed such that nobody knows what is on the disk: only a new process may go on.
};

/// Messages say what failed, where, and what to do.
class StoreError : public std::runtime_error {
 public:
  StoreError(StoreErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  [[nodiscard]] StoreErrorKind kind() const { return kind_; }

 private:
  StoreErrorKind kind_;
};

inline StoreError corrupt(const std::string& what) {
  return {StoreErrorKind::corrupt, "the store is damaged: " + what};
}

[[noreturn]] inline void throw_corrupt(const std::string& what) { throw corrupt(what); }

}  // namespace trailkeeper::store
