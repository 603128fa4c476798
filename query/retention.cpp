#include "query/retention.h"

#include <algorithm>
#include <map>

#include "event/canonical_name.h"
#include "query/columns/event_fields.h"
#include "query/event_age.h"
#include "query/filter_json.h"
#include "query/ledger/activate_events.h"
#include "query/reject_removal.h"
#include "query/segment_filter.h"
#include "query/verdicts/verdict_filter.h"
#include "rules/credits/fact.h"
#include "store/odd_arrivals.h"
#include "text/json_writer.h"

namespace trailkeeper::query {
namespace {

/// What goes: events from before a time, and those without a true time that came before another.
struct Cut {
  std::optional<text::Timestamp> before;
  std::optional<text::Timestamp> came_before;
};

void raise(std::optional<text::Timestamp>& time, std::optional<text::Timestamp> other) {
  if (other && (!time || *other > *time)) time = other;
}

/// Where to cut so that what stays takes about that many bytes, if each event takes its segment's average.
class SizeCut {
 public:
  SizeCut(const store::Snapshot& snapshot, const std::vector<EventAges>& ages) : snapshot_(snapshot), ages_(ages) {
    for (std::size_t i = 0; i < ages.size(); ++i) {
      const store::Segment& segment = snapshot.segments()[i];
      const double bytes_each = each(segment);
      ages[i].for_each_odd([&](std::uint32_t event) {
        // By the second: as many entries as there were commits of such events.
        odd_bytes_[ages[i].arrival(event) / text::kSecond] += bytes_each;
      });
    }
  }

  // What can't be true goes first, the longest there before the others: whoever sends it must not push out what can.
  [[nodiscard]] Cut find(std::uint64_t max_bytes) const {
    const double limit = static_cast<double>(max_bytes);
    double odd = 0;
    for (const auto& [second, bytes] : odd_bytes_) odd += bytes;
    const double plausible = bytes_from(INT64_MIN);
    Cut cut;
    if (plausible + odd <= limit) return cut;
    for (const auto& [second, bytes] : odd_bytes_) {
      odd -= bytes;
      cut.came_before = (second + 1) * text::kSecond;
      if (plausible + odd <= limit) return cut;
    }
    cut.before = earliest_that_fits(limit);
    return cut;
  }

 private:
  static double each(const store::Segment& segment) {
    return segment.size() == 0 ? 0 : static_cast<double>(segment.header().stored_bytes) / segment.size();
  }

  // Of the events whose time can be true, those from `cut` on.
  [[nodiscard]] double bytes_from(text::Timestamp cut) const {
    double bytes = 0;
    for (std::size_t i = 0; i < ages_.size(); ++i) {
      const store::Segment& segment = snapshot_.segments()[i];
      const std::uint32_t first = std::max(ages_[i].first(), std::min(ages_[i].end(), segment.first_at(cut)));
      bytes += each(segment) * (ages_[i].end() - first);
    }
    return bytes;
  }

  [[nodiscard]] std::optional<text::Timestamp> earliest_that_fits(double limit) const {
    text::Timestamp low = INT64_MAX;
    text::Timestamp high = INT64_MIN;
    for (std::size_t i = 0; i < ages_.size(); ++i) {
      if (ages_[i].first() == ages_[i].end()) continue;
      const store::Segment& segment = snapshot_.segments()[i];
      low = std::min(low, segment.time(ages_[i].first()));
      high = std::max(high, segment.time(ages_[i].end() - 1) + text::kSecond);
    }
    if (low >= high) return std::nullopt;
    while (high - low > text::kSecond) {
      const text::Timestamp middle = low + (high - low) / 2;
      (bytes_from(middle) > limit ? low : high) = middle;
    }
    return high;
  }

  const store::Snapshot& snapshot_;
  const std::vector<EventAges>& ages_;
  std::map<text::Timestamp, double> odd_bytes_;
};

void mark(const store::Segment& segment, const Filter& filter, std::uint8_t value, std::vector<std::uint8_t>& marks) {
  const SegmentFilter compiled{segment, filter};
  std::vector<std::uint32_t> selected;
  for (const std::uint32_t block : compiled.blocks()) {
    compiled.select(block, selected);
    for (const std::uint32_t index : selected) marks[index] = value;
  }
}

// Of what goes: what the credit ledger reads.
std::uint64_t facts_of(const store::Segment& segment, const std::vector<std::uint8_t>& keep) {
  Filter filter;
  filter.add(FilterField::source, std::string{kActivateSource});
  filter.as_stored = true;
  std::vector<std::uint8_t> of_activate(segment.size(), 0);
  mark(segment, filter, 1, of_activate);
  const EventFields fields{segment};
  std::uint64_t count = 0;
  for (std::uint32_t i = 0; i < keep.size(); ++i) {
    if (keep[i] != 0 || of_activate[i] == 0) continue;
    const std::string name{fields.text(event::Field::event_name, i)};
    count += rules::credits::carries_facts(event::canonical_name(kActivateSource, name)) ? 1 : 0;
  }
  return count;
}

struct Hold {
  std::string name;
  Filter filter;
};

/// What goes of each segment, and what would, but for a hold.
class Retention {
 public:
  Retention(const store::Snapshot& snapshot, const RetentionRequest& request) : snapshot_(snapshot) {
    const Plausible plausible{store::kFirstTrail, request.now + std::max(request.future, kLeastFuture)};
    const text::Timestamp unknown = arrival_or(0, snapshot, request.now);
    for (const store::Segment& segment : snapshot.segments()) ages_.emplace_back(segment, plausible, unknown);
    cut_.before = request.before;
    cut_.came_before = request.before;
    if (request.max_bytes) {
      const Cut cut = SizeCut{snapshot, ages_}.find(*request.max_bytes);
      raise(cut_.before, cut.before);
      raise(cut_.came_before, cut.came_before);
    }
    for (const std::string& account : request.accounts) accounts_.add(FilterField::account, account);
    for (const store::LegalHold& hold : snapshot.holds()) {
      Filter filter = stored_filter(hold.filter);
      filter.as_stored = true;
      holds_.push_back({hold.name, with_verdicts(snapshot, filter)});
    }
  }

  [[nodiscard]] const Cut& cut() const { return cut_; }
  [[nodiscard]] bool has_holds() const { return !holds_.empty(); }

  /// Marks for one segment (0: goes); counts into `result`.
  std::vector<std::uint8_t> decide(std::size_t number, RetentionResult& result) const {
    const store::Segment& segment = snapshot_.segments()[number];
    std::vector<std::uint8_t> keep = old_enough(segment, ages_[number]);
    const auto old = std::count(keep.begin(), keep.end(), 0);
    if (old == 0) return keep;
    for (const Hold& hold : holds_) {
      mark(segment, hold.filter, 1, keep);
      if (!has_pins_) continue;
      for (std::uint32_t i = 0; i < keep.size(); ++i) {
        const bool pinned =
            keep[i] == 0 && store::is_pinned(snapshot_.transaction(), hold.name, segment.key(i), segment.hash(i));
        if (pinned) keep[i] = 1;
      }
    }
    const auto goes = std::count(keep.begin(), keep.end(), 0);
    result.held += static_cast<std::uint64_t>(old - goes);
    result.events += static_cast<std::uint64_t>(goes);
    result.segments += goes > 0 ? 1 : 0;
    if (goes > 0) result.facts += facts_of(segment, keep);
    ages_[number].for_each_odd([&](std::uint32_t i) { result.odd += keep[i] == 0 ? 1 : 0; });
    return keep;
  }

 private:
  [[nodiscard]] std::vector<std::uint8_t> old_enough(const store::Segment& segment, const EventAges& ages) const {
    std::vector<std::uint8_t> keep(segment.size(), 1);
    if (cut_.before) {
      const std::uint32_t end = std::min(ages.end(), segment.first_at(*cut_.before));
      for (std::uint32_t i = ages.first(); i < end; ++i) keep[i] = 0;
    }
    if (cut_.came_before) {
      ages.for_each_odd([&](std::uint32_t i) {
        if (ages.arrival(i) < *cut_.came_before) keep[i] = 0;
      });
    }
    if (accounts_.empty()) return keep;
    std::vector<std::uint8_t> meant(segment.size(), 0);
    mark(segment, accounts_, 1, meant);
    for (std::size_t i = 0; i < keep.size(); ++i) {
      if (meant[i] == 0) keep[i] = 1;
    }
    return keep;
  }

  const store::Snapshot& snapshot_;
  std::vector<EventAges> ages_;
  Cut cut_;
  Filter accounts_;
  std::vector<Hold> holds_;
  bool has_pins_ = snapshot_.transaction().count(store::TableId::pins) > 0;
};

std::string journal_text(const RetentionRequest& request, const Cut& cut, const RetentionResult& of_segment,
                         const store::SegmentHeader& header) {
  std::string text;
  text::JsonWriter json{text};
  json.open('{').member("action", "retention");
  if (cut.before) json.member("before", text::format_timestamp(*cut.before));
  json.member("removedEvents", of_segment.events).member("heldEvents", of_segment.held);
  json.member("segment", header.number);
  if (of_segment.odd > 0) json.member("removedByArrival", of_segment.odd);
  json.member("firstEventTime", text::format_timestamp(header.min_time)).list("accounts", request.accounts).close('}');
  return text;
}

std::string rejects_text(const store::RemovedRejects& removed, text::Timestamp before) {
  std::string text;
  text::JsonWriter json{text};
  json.open('{').member("action", "retention").member("before", text::format_timestamp(before));
  json.member("removedRejects", removed.records).member("removedRejectBytes", removed.bytes).close('}');
  return text;
}

// Rejected records belong to no account, and no hold's filter can tell whether it means them.
std::function<bool(const store::KeptReject&)> old_rejects(const store::Snapshot& snapshot,
                                                          const RetentionRequest& request, bool has_holds) {
  if (!request.before || !request.accounts.empty() || has_holds) return {};
  return [unknown = arrival_or(0, snapshot, request.now), before = *request.before](const store::KeptReject& record) {
    return (record.arrival == 0 ? unknown : record.arrival) < before;
  };
}

}  // namespace

RetentionResult apply_retention(store::Store& store, store::Writer& writer, const RetentionRequest& request) {
  const store::Snapshot snapshot = store.snapshot();
  const Retention retention{snapshot, request};
  RetentionResult result;
  result.before = retention.cut().before;
  store::Writer::Retained retained;
  for (std::size_t i = 0; i < snapshot.segments().size(); ++i) {
    const store::Segment& segment = snapshot.segments()[i];
    RetentionResult own;
    std::vector<std::uint8_t> keep = retention.decide(i, own);
    result.events += own.events;
    result.odd += own.odd;
    result.facts += own.facts;
    result.held += own.held;
    result.segments += own.segments;
    if (own.events == 0 || request.dry_run) continue;
    retained.segments.push_back(
        {&segment, std::move(keep), {request.now, journal_text(request, retention.cut(), own, segment.header())}});
  }
  retained.rejects = old_rejects(snapshot, request, retention.has_holds());
  if (request.dry_run) {
    if (!retained.rejects) return result;
    store::visit_rejects(snapshot.transaction(), false, [&](const store::KeptReject& record) {
      result.rejects += retained.rejects(record) ? record.records : 0;
      return true;
    });
    return result;
  }
  if (retained.segments.empty() && !retained.rejects) return result;
  retained.rejects_entry = [&](const store::RemovedRejects& removed) {
    return store::JournalEntry{request.now, rejects_text(removed, *request.before)};
  };
  result.rejects = writer.retain(retained).records;
  return result;
}

}  // namespace trailkeeper::query
