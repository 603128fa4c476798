// Verdicts on a segment's events.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "query/columns/event_fields.h"
#include "rules/verdicts/judge.h"
#include "store/segments/segment.h"

namespace trailkeeper::query {

/// The facts of one event, with the texts that they point to.
class FactsOfEvent {
 public:
  FactsOfEvent(const store::Segment& segment, std::uint32_t index);
  FactsOfEvent(const FactsOfEvent&) = delete;
  FactsOfEvent& operator=(const FactsOfEvent&) = delete;

  [[nodiscard]] const rules::verdicts::EventFacts& facts() const { return facts_; }

 private:
  std::vector<std::string> texts_;
  rules::verdicts::EventFacts facts_;
};

/// Stands for a verdict that needs the event's whole record and is yet to be made.
constexpr std::uint8_t kDeferred = 0xFF;

using Deadline = std::chrono::steady_clock::time_point;

/// Judges every event of a segment: rules::verdicts::Verdict as a byte each. Events that differ in nothing that matters
/// are judged once. After the deadline, events whose whole record is needed are deferred.
std::vector<std::uint8_t> judge_segment(const store::Segment& segment, std::uint64_t hash_seed,
                                        rules::verdicts::Judge& judge, Deadline deadline = Deadline::max());

/// Judges the events of a segment that were deferred, until the deadline.
void judge_deferred(const store::Segment& segment, std::uint64_t hash_seed, rules::verdicts::Judge& judge,
                    std::vector<std::uint8_t>& codes, Deadline deadline = Deadline::max());

/// Calls `visit` with the reason why each of these events, which all have an unknown verdict, has it (Judge::cause).
/// Reads columns only.
void for_each_cause(const store::Segment& segment, std::uint64_t hash_seed, rules::verdicts::Judge& judge,
                    std::span<const std::uint32_t> events,
                    const std::function<void(const rules::verdicts::Judge::Cause&)>& visit);

}  // namespace trailkeeper::query
