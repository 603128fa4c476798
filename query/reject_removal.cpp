#include "query/reject_removal.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/rejects.h"
#include "text/json_text.h"

namespace trailkeeper::query {
namespace {

void append_list(std::string_view name, const std::vector<std::string>& texts, std::string& json) {
  if (texts.empty()) return;
  json += fmt::format(",\"{}\":[", name);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) json.push_back(',');
    text::append_quoted(texts[i], json);
  }
  json.push_back(']');
}

std::string journal_text(const RejectRemoval& request, const store::RemovedRejects& removed) {
  std::string json = fmt::format(R"({{"action":"rejects-remove","removedRecords":{},"removedBytes":{})",
                                 removed.records, removed.bytes);
  append_list("sources", request.sources, json);
  std::vector<std::string> reasons;
  for (const event::Reason reason : request.reasons) reasons.emplace_back(event::reason_code(reason));
  // Some reasons have one code.
  reasons.erase(std::unique(reasons.begin(), reasons.end()), reasons.end());
  append_list("reasons", reasons, json);
  if (request.before) json += fmt::format(R"(,"before":"{}")", text::format_timestamp(*request.before));
  return json + "}";
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
