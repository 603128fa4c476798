#include "query/reject_removal.h"

#include <algorithm>

#include "store/rejects.h"
#include "text/json_writer.h"

namespace trailkeeper::query {
namespace {

std::string journal_text(const RejectRemoval& request, const store::RemovedRejects& removed) {
  std::string text;
  text::JsonWriter json{text};
  json.open('{').member("action", "rejects-remove");
  json.member("removedRecords", removed.records).member("removedBytes", removed.bytes);
  if (!request.sources.empty()) json.list("sources", request.sources);
  std::vector<std::string> reasons;
  for (const event::Reason reason : request.reasons) reasons.emplace_back(event::reason_code(reason));
  // Some reasons have one code.
  reasons.erase(std::unique(reasons.begin(), reasons.end()), reasons.end());
  if (!reasons.empty()) json.list("reasons", reasons);
  if (request.before) json.member("before", text::format_timestamp(*request.before));
  json.close('}');
  return text;
}

}  // namespace

text::Timestamp arrival_or(text::Timestamp arrival, const store::Snapshot& snapshot, text::Timestamp now) {
  if (arrival != 0) return arrival;
  const text::Timestamp first = snapshot.first_arrival();
  return first == 0 ? now : std::min(first, now);
}

RejectRemovalResult remove_rejects(store::Store& store, store::Writer& writer, const RejectRemoval& request) {
  RejectRemovalResult result;
  const store::Snapshot snapshot = store.snapshot();
  for (const store::LegalHold& hold : snapshot.holds()) result.holds.push_back(hold.name);
  if (!result.holds.empty()) return result;
  std::vector<Pattern> sources;
  for (const std::string& source : request.sources) sources.emplace_back(source);
  const text::Timestamp unknown = arrival_or(0, snapshot, request.now);
  const auto wanted = [&](const store::KeptReject& record) {
    if (!sources.empty() && !matches_any(sources, record.source)) return false;
    if (!request.reasons.empty() &&
        std::find(request.reasons.begin(), request.reasons.end(), record.reason) == request.reasons.end()) {
      return false;
    }
    return !request.before || (record.arrival == 0 ? unknown : record.arrival) < *request.before;
  };
  if (request.dry_run) {
    store::visit_rejects(snapshot.transaction(), false, [&](const store::KeptReject& record) {
      if (wanted(record)) {
        result.removed.records += record.records;
        result.removed.bytes += record.length;
      }
      return true;
    });
    return result;
  }
  result.removed = writer.remove_rejects(wanted, [&](const store::RemovedRejects& removed) {
    return store::JournalEntry{request.now, journal_text(request, removed)};
  });
  return result;
}

}  // namespace trailkeeper::query
