#include "query/retention.h"

#include <fmt/format.h>

#include <algorithm>

#include "event/json_text.h"
#include "query/filter_json.h"
#include "query/segment_filter.h"
#include "query/verdict_filter.h"

namespace trailkeeper::query {
namespace {

/// Bytes that the events from `cut` on take, if each takes its segment's average.
std::uint64_t bytes_from(const store::Snapshot& snapshot, event::Timestamp cut) {
  double bytes = 0;
  for (const store::Segment& segment : snapshot.segments()) {
    if (segment.size() == 0) continue;
    const double kept = segment.size() - segment.first_at(cut);
    bytes += static_cast<double>(segment.header().stored_bytes) * kept / segment.size();
  }
  return static_cast<std::uint64_t>(bytes);
}

/// The earliest second from which on the events fit.
std::optional<event::Timestamp> cut_for(const store::Snapshot& snapshot, std::uint64_t max_bytes) {
  event::Timestamp low = INT64_MAX;
  event::Timestamp high = INT64_MIN;
  for (const store::Segment& segment : snapshot.segments()) {
    low = std::min(low, segment.header().min_time);
    high = std::max(high, segment.header().max_time + event::kSecond);
  }
  if (low >= high || bytes_from(snapshot, low) <= max_bytes) return std::nullopt;
  while (high - low > event::kSecond) {
    const event::Timestamp middle = low + (high - low) / 2;
    (bytes_from(snapshot, middle) > max_bytes ? low : high) = middle;
  }
  return high;
}

void mark(const store::Segment& segment, const Filter& filter, std::uint8_t value, std::vector<std::uint8_t>& marks) {
  const SegmentFilter compiled{segment, filter};
  std::vector<std::uint32_t> selected;
  for (const std::uint32_t block : compiled.blocks()) {
    compiled.select(block, selected);
    for (const std::uint32_t index : selected) marks[index] = value;
  }
}

std::string journal_text(const RetentionRequest& request, event::Timestamp before, std::uint64_t events,
                         std::uint64_t held, const store::SegmentHeader& header) {
  std::string text =
      fmt::format(R"({{"action":"retention","before":"{}","removedEvents":{},"heldEvents":{},"segment":{})",
                  event::format_timestamp(before), events, held, header.number);
  text += fmt::format(R"(,"firstEventTime":"{}","accounts":[)", event::format_timestamp(header.min_time));
  for (std::size_t i = 0; i < request.accounts.size(); ++i) {
    if (i > 0) text.push_back(',');
    event::append_quoted(request.accounts[i], text);
  }
  return text + "]}";
}

}  // namespace

RetentionResult apply_retention(store::Store& store, store::Writer& writer, const RetentionRequest& request) {
  const store::Snapshot snapshot = store.snapshot();
  RetentionResult result;
  result.before = request.before;
  if (request.max_bytes) {
    const auto cut = cut_for(snapshot, *request.max_bytes);
    if (cut && (!result.before || *cut > *result.before)) result.before = cut;
  }
  if (!result.before) return result;
  Filter expired;
  expired.until = result.before;
  for (const std::string& account : request.accounts) expired.add(FilterField::account, account);
  std::vector<Filter> holds;
  for (const store::LegalHold& hold : snapshot.holds()) {
    holds.push_back(with_verdicts(snapshot, decode_filter(hold.filter)));
  }

  for (const store::Segment& segment : snapshot.segments()) {
    std::vector<std::uint8_t> keep(segment.size(), 1);
    mark(segment, expired, 0, keep);
    const auto before_holds = std::count(keep.begin(), keep.end(), 0);
    for (const Filter& hold : holds) mark(segment, hold, 1, keep);
    const auto removed = static_cast<std::uint64_t>(std::count(keep.begin(), keep.end(), 0));
    const std::uint64_t held = static_cast<std::uint64_t>(before_holds) - removed;
    result.held += held;
    if (removed == 0) continue;
    result.events += removed;
    ++result.segments;
    if (request.dry_run) continue;
    writer.remove_events(segment, std::move(keep),
                         {request.now, journal_text(request, *result.before, removed, held, segment.header())});
  }
  return result;
}

}  // namespace trailkeeper::query
