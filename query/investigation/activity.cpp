#include "query/investigation/activity.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>

#include "event/canonical_name.h"
#include "query/segment_filter.h"
#include "query/segment_scan.h"
#include "query/shown_event.h"
#include "query/verdicts/verdict_filter.h"
#include "text/mutex.h"

namespace trailkeeper::query {

using event::Field;
using text::Timestamp;

namespace {

/// Events with one value: those that are shown, and when the value occurred first at all.
struct Sight {
  Seen shown;
  Timestamp first_ever = std::numeric_limits<Timestamp>::max();

  void add(Timestamp time, bool show) {
    if (show) shown.add(time);
    first_ever = std::min(first_ever, time);
  }
  void add(const Sight& other) {
    shown.add(other.shown);
    first_ever = std::min(first_ever, other.first_ever);
  }
};

constexpr std::size_t kTraitKinds = 6;
// For each kind of trait the columns of which the first that is there gives the value.
constexpr std::array<std::array<Field, 3>, kTraitKinds> kTraitFields{{
    {Field::arn, Field::principal_id, Field::invoked_by},
    {Field::access_key_id, Field::access_key_id, Field::access_key_id},
    {Field::source_ip_address, Field::source_ip_address, Field::source_ip_address},
    {Field::user_agent, Field::user_agent, Field::user_agent},
    {Field::aws_region, Field::aws_region, Field::aws_region},
    {Field::recipient_account_id, Field::account_id, Field::account_id},
}};

struct CallKey {
  std::string source, name, error;
  CallKind kind = CallKind::read;
  bool operator<(const CallKey& other) const {
    return std::tie(source, name, error, kind) < std::tie(other.source, other.name, other.error, other.kind);
  }
};

/// A map that stops growing at kMostTraits; what doesn't fit is counted.
template <typename Key>
struct BoundedSights {
  std::map<Key, Sight> sights;
  std::uint64_t others = 0;

  void add(Key&& key, const Sight& sight) {
    if (const auto found = sights.find(key); found != sights.end()) {
      found->second.add(sight);
    } else if (sights.size() < kMostTraits) {
      sights.emplace(std::move(key), sight);
    } else {
      others += sight.shown.events;
    }
  }
};

/// What all segments gave, by text.
struct Totals {
  text::Mutex mutex;
  Seen seen TRAILKEEPER_GUARDED_BY(mutex);
  BoundedSights<CallKey> calls TRAILKEEPER_GUARDED_BY(mutex);
  std::array<BoundedSights<std::string>, kTraitKinds> traits TRAILKEEPER_GUARDED_BY(mutex);
};

/// One column of a segment: codes plus one, 0 where the event lacks the field.
class ColumnText {
 public:
  ColumnText(const store::Segment& segment, const ShownEvents& shown, Field field)
      : segment_(segment), shown_(shown), column_(*store::column_of(field)), codes_(segment.column(column_)) {}

  [[nodiscard]] std::uint32_t code(std::uint32_t index) const { return static_cast<std::uint32_t>(codes_[index]); }
  [[nodiscard]] std::string text(std::uint32_t code) const {
    std::string out;
    if (code == 0) return out;
    segment_.dictionary(column_).append(code - 1, out);
    std::string scratch;
    return std::string{shown_.column_text(column_, out, scratch)};
  }

 private:
  const store::Segment& segment_;
  const ShownEvents& shown_;
  std::size_t column_;
  const store::PackedView& codes_;
};

/// Tallies one segment by codes, then adds what they mean to the totals.
class SegmentTally {
 public:
  SegmentTally(const store::Segment& segment, const ShownEvents& shown, Timestamp shown_from)
      : segment_(segment),
        shown_from_(shown_from),
        source_(segment, shown, Field::event_source),
        name_(segment, shown, Field::event_name),
        error_(segment, shown, Field::error_code),
        read_only_(segment, shown, Field::read_only) {
    for (const auto& fields : kTraitFields) {
      for (const Field field : fields) columns_.emplace_back(segment, shown, field);
    }
  }

  void run(const SegmentFilter& events) {
    std::vector<std::uint32_t> selected;
    for (const std::uint32_t block : events.blocks()) {
      events.select(block, selected);
      for (const std::uint32_t index : selected) add(index);
    }
  }

  void add_to(Totals& totals) const {
    const text::Lock lock{totals.mutex};
    totals.seen.add(seen_);
    for (const auto& [codes, sight] : calls_) totals.calls.add(call_of(codes), sight);
    for (std::size_t kind = 0; kind < kTraitKinds; ++kind) {
      for (const auto& [place, sight] : traits_[kind]) {
        const auto column = static_cast<std::size_t>(place >> kCodeBits);
        std::string text = columns_[column].text(static_cast<std::uint32_t>(place & kCodeMask));
        if (!text.empty()) totals.traits[kind].add(std::move(text), sight);
      }
    }
  }

 private:
  using CallCodes = std::array<std::uint32_t, 4>;
  static constexpr unsigned kCodeBits = 32;
  static constexpr std::uint64_t kCodeMask = 0xFFFFFFFF;

  void add(std::uint32_t index) {
    const Timestamp time = segment_.time(index);
    const bool show = time >= shown_from_;
    if (show) seen_.add(time);
    calls_[{source_.code(index), name_.code(index), error_.code(index), read_only_.code(index)}].add(time, show);
    for (std::size_t kind = 0; kind < kTraitKinds; ++kind) {
      for (std::size_t i = 0; i < kTraitFields[kind].size(); ++i) {
        const std::size_t column = kind * kTraitFields[kind].size() + i;
        const std::uint32_t code = columns_[column].code(index);
        if (code == 0) continue;
        traits_[kind][std::uint64_t{column} << kCodeBits | code].add(time, show);
        break;
      }
    }
  }

  [[nodiscard]] CallKey call_of(const CallCodes& codes) const {
    CallKey call{source_.text(codes[0]), name_.text(codes[1]), error_.text(codes[2]), CallKind::read};
    call.name = event::canonical_name(call.source, call.name);
    if (!call.error.empty()) {
      call.kind = CallKind::refused;
    } else if (read_only_.text(codes[3]) != "true") {
      call.kind = CallKind::write;
    }
    return call;
  }

  const store::Segment& segment_;
  Timestamp shown_from_;
  ColumnText source_;
  ColumnText name_;
  ColumnText error_;
  ColumnText read_only_;
  std::vector<ColumnText> columns_;
  Seen seen_;
  std::map<CallCodes, Sight> calls_;
  std::array<std::unordered_map<std::uint64_t, Sight>, kTraitKinds> traits_;
};

Traits traits_of(BoundedSights<std::string>& found, Timestamp new_since) {
  Traits traits;
  traits.other_events = found.others;
  for (auto& [value, sight] : found.sights) {
    if (sight.shown.events == 0) continue;
    traits.rows.push_back({value, sight.shown, sight.first_ever >= new_since});
  }
  std::stable_sort(traits.rows.begin(), traits.rows.end(),
                   [](const Trait& a, const Trait& b) { return a.seen.events > b.seen.events; });
  return traits;
}

std::vector<Call> calls_of(BoundedSights<CallKey>& found, Timestamp new_since) {
  std::vector<Call> calls;
  for (const auto& [key, sight] : found.sights) {
    if (sight.shown.events == 0) continue;
    calls.push_back({key.kind, key.source, key.name, key.error, sight.shown, sight.first_ever >= new_since});
  }
  std::stable_sort(calls.begin(), calls.end(),
                   [](const Call& a, const Call& b) { return a.seen.events > b.seen.events; });
  return calls;
}

}  // namespace

void Seen::add(Timestamp time) {
  first = events == 0 ? time : std::min(first, time);
  last = events == 0 ? time : std::max(last, time);
  ++events;
}

void Seen::add(const Seen& other) {
  if (other.events == 0) return;
  first = events == 0 ? other.first : std::min(first, other.first);
  last = events == 0 ? other.last : std::max(last, other.last);
  events += other.events;
}

Activity collect_activity(const store::Snapshot& snapshot, const ShownEvents& shown, const ActivityRequest& request) {
  Filter filter = with_verdicts(snapshot, request.filter);
  const Timestamp shown_from = filter.since.value_or(std::numeric_limits<Timestamp>::min());
  filter.since.reset();
  Totals totals;
  for_each_segment(snapshot, [&](const store::Segment& segment) {
    if (segment.size() == 0) return;
    const SegmentFilter events{segment, filter};
    if (events.blocks().empty()) return;
    SegmentTally tally{segment, shown, shown_from};
    tally.run(events);
    tally.add_to(totals);
  });
  const Timestamp new_since = request.new_since.value_or(std::numeric_limits<Timestamp>::max());
  Activity activity;
  const text::Lock lock{totals.mutex};
  activity.seen = totals.seen;
  activity.calls = calls_of(totals.calls, new_since);
  activity.other_calls = totals.calls.others;
  const std::array<Traits*, kTraitKinds> kinds{&activity.principals,  &activity.access_keys, &activity.addresses,
                                               &activity.user_agents, &activity.regions,     &activity.accounts};
  for (std::size_t kind = 0; kind < kTraitKinds; ++kind) *kinds[kind] = traits_of(totals.traits[kind], new_since);
  return activity;
}

}  // namespace trailkeeper::query
