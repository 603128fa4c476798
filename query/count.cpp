#include "query/count.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "event/reject.h"
#include "query/field_catalogue.h"
#include "query/group_counts.h"
#include "query/keep_open.h"
#include "query/segment_counter.h"
#include "query/segment_filter.h"
#include "query/segment_scan.h"
#include "query/shown_event.h"
#include "query/verdicts/verdict_filter.h"
#include "store/read_limit.h"
#include "text/mutex.h"
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
      std::optional<std::string> distinct;
      if (totals.counts_distinct()) distinct = event_value(shown, segment, index, event, request.distinct);
      const text::Timestamp time = segment.time(index);
      totals.add(totals.group(begin, std::move(values)), {1, 0, time, time}, distinct);
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
  totals.drain([&](text::Timestamp of, GroupValues values, const GroupFigures& figures) {
    if (!holds(request.having, figures)) return;
    if (bucket && *bucket != of) {
      sort_from(begin);
      begin = rows.size();
    }
    bucket = of;
    rows.push_back({figures, bucket_text(of, request.per), std::move(values)});
  });
  sort_from(begin);
  return rows;
}

/// Counts one segment. `fields`: those to count by, and then the one whose distinct values are counted; fewer where
/// some need the event's JSON.
void count_segment(const store::Segment& segment, const std::shared_ptr<const ShownEvents>& shown, const Filter& filter,
                   const CountRequest& request, const std::vector<CountedField>& fields, Totals& totals) {
  const SegmentFilter compiled{segment, filter};
  if (compiled.blocks().empty()) return;
  std::optional<SegmentCounter> counter;
  if (fields.size() == request.by.size() + (totals.counts_distinct() ? 1 : 0))
    counter.emplace(segment, shown, fields, request.per, totals);
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

/// What the threads that count segments have in common.
class SharedTotals {
 public:
  explicit SharedTotals(const CountRequest& request) : totals_(request) {}

  void merge(Totals&& own) {
    const text::Lock lock{mutex_};
    totals_.merge(std::move(own));
  }
  Totals take() {
    const text::Lock lock{mutex_};
    totals_.settle();
    return std::move(totals_);
  }

 private:
  text::Mutex mutex_;
  Totals totals_ TRAILKEEPER_GUARDED_BY(mutex_);
};

Totals count_all_segments(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  std::vector<CountedField> fields;
  for (const std::string& name : request.by) {
    if (auto field = counted_field(name)) fields.push_back(std::move(*field));
  }
  if (!request.distinct.empty()) {
    if (auto field = counted_field(request.distinct)) fields.push_back(std::move(*field));
  }
  // Groups are shown as the filter compares, unless that compares what is stored.
  const auto shown = filter.shown ? filter.shown : std::make_shared<const ShownEvents>(snapshot);
  SharedTotals shared{request};
  const bool keep_open = KeepOpen::holds();
  for_each_segment(snapshot, [&](const store::Segment& segment) {
    Totals own{request};
    count_segment(segment, shown, filter, request, fields, own);
    if (!keep_open) segment.close();
    shared.merge(std::move(own));
  });
  return shared.take();
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
        .drain([&](text::Timestamp bucket, GroupValues values, const GroupFigures& figures) {
          values.insert(values.begin() + static_cast<std::ptrdiff_t>(place), std::string{verdict});
          totals.add(bucket, std::move(values), figures);
        });
  }
  return totals;
}

/// The filter is bound.
Totals count_by_fields(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  const auto verdict = std::find(request.by.begin(), request.by.end(), "verdict");
  if (verdict == request.by.end()) return count_all_segments(snapshot, filter, request);
  return count_by_verdict(snapshot, filter, request, static_cast<std::size_t>(verdict - request.by.begin()));
}

/// Distinct verdicts, of which there are few, are groups of their own first. The filter is bound.
Totals count_all(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  if (request.distinct != "verdict") return count_by_fields(snapshot, filter, request);
  CountRequest verdicts = request;
  verdicts.distinct.clear();
  verdicts.most_rows.reset();
  const auto place = std::find(verdicts.by.begin(), verdicts.by.end(), "verdict");
  const auto number = static_cast<std::size_t>(place - verdicts.by.begin());
  if (place == verdicts.by.end()) verdicts.by.emplace_back("verdict");
  return count_by_fields(snapshot, filter, verdicts).count_distinct(request, number);
}

}  // namespace

std::optional<std::string> missing_distinct(const CountRequest& request) {
  if (!request.distinct.empty() || !asks_for(request.having, Figure::distinct)) return std::nullopt;
  return "a condition on distinct needs distinct, which says of what: as in distinct ip, having distinct>3";
}

CountedEvents count_groups(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  // Bound here for every way of counting, so that none compares what may not be shown.
  const Filter bound = with_verdicts(snapshot, filter);
  Totals totals = count_all(snapshot, bound, request);
  if (totals.empty() && request.by.empty() && request.per == Bucket::none) totals.add(0, {}, {});
  CountedEvents counted;
  counted.charge = totals.take_charge();
  counted.rows = rows_of(std::move(totals), request);
  return counted;
}

std::vector<CountRow> count_events(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  return std::move(count_groups(snapshot, filter, request).rows);
}

}  // namespace trailkeeper::query
