// An event's JSON as it may leave the store.
#pragma once

#include <string>

#include "rules/credits/confidential.h"
#include "store/store.h"

namespace trailkeeper::query {

/// Gives the bytes of events and rejected records, with pseudonyms for what is confidential (R20, R56). Whatever prints
/// or sends an event takes it from here. Thread-safe.
class ShownEvents {
 public:
  /// `reveal`: as stored. Whoever asks for that must have the right, and be recorded: record_reveal.
  explicit ShownEvents(const store::Snapshot& snapshot, bool reveal = false)
      : ShownEvents(snapshot.hash_seed(), snapshot.pseudonym_key(), reveal) {}
  ShownEvents(std::uint64_t hash_seed, std::string pseudonym_key, bool reveal)
      : hash_seed_(hash_seed), pseudonymiser_(std::move(pseudonym_key)), reveal_(reveal) {}

  /// Appends the event's JSON.
  void append(const store::Segment& segment, std::uint32_t index, std::string& out) const {
    const std::size_t begin = out.size();
    segment.append_event(index, hash_seed_, out);
    mask(begin, out);
  }
  /// Bytes that aren't an event.
  [[nodiscard]] std::string record(std::string bytes) const {
    mask(0, bytes);
    return bytes;
  }

 private:
  void mask(std::size_t begin, std::string& out) const {
    const std::string_view json = std::string_view{out}.substr(begin);
    if (reveal_ || !rules::credits::may_hold_secret(json)) return;
    const std::string shown = rules::credits::masked(json, pseudonymiser_);
    out.replace(begin, std::string::npos, shown);
  }

  std::uint64_t hash_seed_;
  rules::credits::Pseudonymiser pseudonymiser_;
  bool reveal_;
};

}  // namespace trailkeeper::query
