#include "query/verdicts/unknown_verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "query/segment_filter.h"
#include "query/segment_scan.h"
#include "query/shown_event.h"
#include "query/verdicts/segment_judge.h"
#include "query/verdicts/verdict_filter.h"
#include "query/verdicts/verdict_index.h"
#include "text/mutex.h"

namespace trailkeeper::query {
namespace {

using rules::verdicts::Judge;
using rules::verdicts::Verdict;
using Kind = Judge::Cause::Kind;

// More reasons than these are told as one: each takes memory.
constexpr std::size_t kMostReasons = 4096;
constexpr const char* kManyReasons = "there are many reasons, which `trailkeeper findings --verdict unknown` lists";

bool is_verdict(const FieldFilter& field) { return field.field == FilterField::verdict; }

/// How many events there are of each reason. Thread-safe.
class Reasons {
 public:
  using Reason = std::pair<Kind, std::string>;
  using Counts = std::map<Reason, std::uint64_t>;

  void add(const Counts& counts) {
    const text::Lock lock{mutex_};
    for (const auto& [reason, count] : counts) put(all_, reason, count);
  }
  [[nodiscard]] Counts all() const {
    const text::Lock lock{mutex_};
    return all_;
  }

  static void put(Counts& counts, const Reason& reason, std::uint64_t count) {
    const auto found = counts.find(reason);
    if (found != counts.end()) {
      found->second += count;
    } else if (counts.size() < kMostReasons) {
      counts.emplace(reason, count);
    } else {
      counts[{reason.first, kManyReasons}] += count;
    }
  }

 private:
  mutable text::Mutex mutex_;
  Counts all_ TRAILKEEPER_GUARDED_BY(mutex_);
};

void add_reasons(const store::Snapshot& snapshot, const store::Segment& segment, const Filter& unknown,
                 const rules::grants::History& history, Reasons& reasons) {
  const SegmentFilter compiled{segment, unknown};
  if (compiled.blocks().empty()) return;
  Judge judge{history, unknown.verdicts->state().catalogue()};
  std::vector<std::uint32_t> selected;
  std::vector<std::uint32_t> events;
  for (const std::uint32_t block : compiled.blocks()) {
    compiled.select(block, selected);
    events.insert(events.end(), selected.begin(), selected.end());
  }
  if (events.empty()) return;
  Reasons::Counts counts;
  for_each_cause(segment, snapshot.hash_seed(), judge, events, [&](const Judge::Cause& cause) {
    Reasons::put(counts, {cause.kind, cause.why}, 1);
  });
  reasons.add(counts);
}

std::string printable(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

}  // namespace

std::vector<UnknownVerdicts> unknown_verdicts(const store::Snapshot& snapshot, const Filter& filter) {
  Filter unknown = filter;
  std::erase_if(unknown.fields, is_verdict);
  require_verdict(unknown, rules::verdicts::verdict_name(Verdict::unknown));
  unknown = with_verdicts(snapshot, unknown);
  const auto rows = count_events(snapshot, unknown, {});
  if (rows.empty() || rows.front().count == 0) return {};
  // Reads other segments than the one that is looked at, so before there are threads.
  const rules::grants::History& history = unknown.verdicts->state().history();
  Reasons reasons;
  for_each_segment(snapshot,
                   [&](const store::Segment& segment) { add_reasons(snapshot, segment, unknown, history, reasons); });
  std::vector<UnknownVerdicts> found;
  for (const auto& [reason, count] : reasons.all()) {
    found.push_back({count, unknown.shown ? unknown.shown->text(reason.second) : reason.second,
                     reason.first == Kind::policies, reason.first == Kind::other_account});
  }
  std::stable_sort(found.begin(), found.end(), [](const UnknownVerdicts& a, const UnknownVerdicts& b) {
    return std::pair{a.loadable, a.events} > std::pair{b.loadable, b.events};
  });
  return found;
}

std::vector<std::string> unknown_notes(const std::vector<UnknownVerdicts>& unknown) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> notes;
  std::uint64_t rest = 0;
  for (const UnknownVerdicts& one : unknown) {
    if (notes.size() == kShown) {
      rest += one.events;
      continue;
    }
    notes.push_back(
        printable(fmt::format("{} {} unknown: {}{}", one.events, one.events == 1 ? "event is" : "events are", one.why,
                              one.loadable ? fmt::format("; {}", kLoadPolicies) : "")));
  }
  if (rest > 0) notes.push_back(fmt::format("and {} more, for {} other reasons", rest, unknown.size() - kShown));
  return notes;
}

bool asks_verdicts(const Filter& filter, const CountRequest& request) {
  return std::find(request.by.begin(), request.by.end(), "verdict") != request.by.end() ||
         request.distinct == "verdict" || std::any_of(filter.fields.begin(), filter.fields.end(), is_verdict);
}

std::vector<std::string> notes_on(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  return asks_verdicts(filter, request) ? unknown_notes(unknown_verdicts(snapshot, filter))
                                        : std::vector<std::string>{};
}

}  // namespace trailkeeper::query
