#include "query/count.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include "event/reject.h"
#include "query/field_catalogue.h"
#include "query/group_counts.h"
#include "query/segment_counter.h"
#include "query/segment_filter.h"
#include "query/segment_scan.h"
#include "query/shown_event.h"
#include "query/verdicts/verdict_filter.h"
#include "store/read_limit.h"
#include "text/timestamp.h"

namespace trailkeeper::query {
namespace {

using GroupValues = GroupCounts::Values;
using Totals = GroupCounts;

/// Counts by values that have no column: each event is decoded.
void count_decoded(const store::Segment& segment, const ShownEvents& shown, const SegmentFilter& filter,
                   const CountRequest& request, Totals& totals) {
  std::vector<std::uint32_t> selected;
  std::string json;
  for (const std::uint32_t block : filter.blocks()) {
    filter.select(block, selected);
    for (const std::uint32_t index : selected) {
      json.clear();
      shown.append(segment, index, json);
      const std::size_t size = json.size();
      json.append(event::kPadding, '\0');
      const std::string_view event{json.data(), size};
      GroupValues values;
      for (const std::string& name : request.by) values.push_back(event_value(shown, segment, index, event, name));
      const text::Timestamp begin = request.per == Bucket::none ? 0 : bucket_of(segment.time(index), request.per).first;
      totals.add(begin, std::move(values), 1);
    }
  }
}

std::vector<CountRow> rows_of(Totals totals, const CountRequest& request) {
  std::vector<CountRow> rows;
  const auto sort_from = [&](std::size_t begin) {
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(begin);
    std::stable_sort(first, rows.end(), [](const CountRow& a, const CountRow& b) { return a.count > b.count; });
    if (request.top && rows.size() - begin > *request.top) rows.resize(begin + static_cast<std::size_t>(*request.top));
  };
  std::size_t begin = 0;
  std::optional<text::Timestamp> bucket;
  totals.drain([&](text::Timestamp of, GroupValues values, std::uint64_t count) {
    if (bucket && *bucket != of) {
      sort_from(begin);
      begin = rows.size();
    }
    bucket = of;
    rows.push_back({bucket_text(of, request.per), std::move(values), count});
  });
  sort_from(begin);
  return rows;
}

/// Counts one segment. `fields`: fewer than asked for where some need the event's JSON.
void count_segment(const store::Segment& segment, const std::shared_ptr<const ShownEvents>& shown, const Filter& filter,
                   const CountRequest& request, const std::vector<CountedField>& fields, Totals& totals) {
  const SegmentFilter compiled{segment, filter};
  if (compiled.blocks().empty()) return;
  std::optional<SegmentCounter> counter;
  if (fields.size() == request.by.size()) counter.emplace(segment, shown, fields, request.per, totals);
  if (!counter || !counter->fits()) {
    count_decoded(segment, *shown, compiled, request, totals);
    return;
  }
  if (compiled.passes_all()) {
    counter->count_all(totals);
  } else {
    std::vector<std::uint32_t> selected;
    for (const std::uint32_t block : compiled.blocks()) {
      compiled.select(block, selected);
      counter->count(selected, totals);
    }
  }
  counter->finish(totals);
}

Totals count_all_segments(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  std::vector<CountedField> fields;
  for (const std::string& name : request.by) {
    if (auto field = counted_field(name)) fields.push_back(std::move(*field));
  }
  // Groups are shown as the filter compares, unless that compares what is stored.
  const auto shown = filter.shown ? filter.shown : std::make_shared<const ShownEvents>(snapshot);
  Totals totals{request};
  std::mutex mutex;
  for_each_segment(snapshot, [&](const store::Segment& segment) {
    Totals own{request};
    count_segment(segment, shown, filter, request, fields, own);
    segment.close();
    const std::lock_guard lock{mutex};
    totals.merge(std::move(own));
  });
  return totals;
}

/// Counts by verdict, which no column has: the events of each verdict by the other fields. The filter is bound.
Totals count_by_verdict(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request,
                        std::size_t place) {
  CountRequest others = request;
  others.by.erase(others.by.begin() + static_cast<std::ptrdiff_t>(place));
  Filter base = filter;
  if (!base.verdicts) base.verdicts = std::make_shared<VerdictIndex>(snapshot);
  Totals totals{request};
  std::vector<std::string_view> words;
  for (std::size_t code = 0; code < rules::verdicts::kVerdictCount; ++code) {
    words.push_back(rules::verdicts::verdict_name(static_cast<rules::verdicts::Verdict>(code)));
  }
  // An action counts once, unless the replaced events are asked for.
  const bool superseded = std::any_of(filter.fields.begin(), filter.fields.end(), [](const FieldFilter& field) {
    return field.field == FilterField::verdict && !field.negated && matches_any(field.any_of, kSupersededWord);
  });
  if (superseded) words.push_back(kSupersededWord);
  for (const std::string_view verdict : words) {
    Filter of_verdict = base;
    require_verdict(of_verdict, verdict);
    count_all_segments(snapshot, of_verdict, others)
        .drain([&](text::Timestamp bucket, GroupValues values, std::uint64_t count) {
          values.insert(values.begin() + static_cast<std::ptrdiff_t>(place), std::string{verdict});
          totals.add(bucket, std::move(values), count);
        });
  }
  return totals;
}

}  // namespace

CountedEvents count_groups(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  // Bound here for every way of counting, so that none compares what may not be shown.
  const Filter bound = with_verdicts(snapshot, filter);
  const auto verdict = std::find(request.by.begin(), request.by.end(), "verdict");
  Totals totals =
      verdict == request.by.end()
          ? count_all_segments(snapshot, bound, request)
          : count_by_verdict(snapshot, bound, request, static_cast<std::size_t>(verdict - request.by.begin()));
  if (totals.empty() && request.by.empty() && request.per == Bucket::none) totals.add(0, {}, 0);
  CountedEvents counted;
  counted.charge = totals.take_charge();
  counted.rows = rows_of(std::move(totals), request);
  return counted;
}

std::vector<CountRow> count_events(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  return std::move(count_groups(snapshot, filter, request).rows);
}

}  // namespace trailkeeper::query
