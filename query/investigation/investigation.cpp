#include "query/investigation/investigation.h"

#include "text/timestamp.h"

namespace trailkeeper::query {
namespace {

Seen extent_of(const store::Snapshot& snapshot) {
  Seen all;
  for (const store::Segment& segment : snapshot.segments()) {
    if (segment.size() == 0) continue;
    all.add({segment.header().events, segment.header().min_time, segment.header().max_time});
  }
  return all;
}

std::optional<text::Timestamp> last_of(const store::Snapshot& snapshot, const Filter& filter) {
  std::optional<text::Timestamp> last;
  list_events(snapshot, filter, Order::newest, 1, [&](const ListedEvent& event) {
    last = event.segment->time(event.index);
    return false;
  });
  return last;
}

}  // namespace

Investigation investigate(const store::Snapshot& snapshot, const ShownEvents& shown,
                          const InvestigationRequest& request) {
  Filter filter = request.subject.filter();
  filter.since = request.since;
  filter.until = request.until;
  Investigation result;
  result.subject = request.subject;
  result.store = extent_of(snapshot);
  if (request.new_since) {
    result.new_since = *request.new_since;
  } else if (request.since) {
    result.new_since = *request.since;
  } else {
    result.new_since = last_of(snapshot, filter).value_or(0) - text::kDay;
  }
  result.activity = collect_activity(snapshot, shown, {filter, result.new_since});
  // Who merely names a resource has no credentials of it.
  if (request.subject.kind != SubjectKind::resource) {
    result.chain = follow_credentials(snapshot, shown, filter, result.activity.access_keys);
  }
  for (const Call& call : result.activity.calls) {
    if (is_grant_change(call.name)) result.change_count += call.seen.events;
  }
  list_grant_changes(snapshot, shown, filter, [&](const GrantChange& change) {
    if (result.changes.size() < request.most_changes) result.changes.push_back(change);
    return result.changes.size() < request.most_changes;
  });
  return result;
}

}  // namespace trailkeeper::query
