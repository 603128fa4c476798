// Segments that somebody reads here and there while others scan them.
#pragma once

namespace trailkeeper::query {

/// While one is there, scans that this thread begins leave the segments open that they have read: somebody in this
/// thread holds what store::Segment::table() and dictionary() returned, and closes segments when they are done.
class KeepOpen {
 public:
  KeepOpen() { ++held_; }
  ~KeepOpen() { --held_; }
  KeepOpen(const KeepOpen&) = delete;
  KeepOpen& operator=(const KeepOpen&) = delete;
  [[nodiscard]] static bool holds() { return held_ > 0; }

 private:
  inline static thread_local int held_ = 0;
};

}  // namespace trailkeeper::query
