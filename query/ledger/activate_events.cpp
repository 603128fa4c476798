#include "query/ledger/activate_events.h"

#include "query/columns/named_events.h"
#include "store/segments/segment_parts.h"
#include "text/json_node.h"

namespace trailkeeper::query {

void ActivateEvents::for_each(const store::Segment& segment, const std::function<bool(std::string_view)>& passes,
                              const std::function<void(std::uint32_t)>& visit) const {
  for_each_event_named(segment, kActivateSource, passes, [&](std::uint32_t index) {
    if (!superseded_.contains(segment, index)) visit(index);
  });
}

void for_each_activate_event(const store::Snapshot& snapshot, const std::function<bool(std::string_view)>& passes,
                             const std::function<void(const store::Segment&, std::uint32_t)>& visit) {
  const ActivateEvents events{snapshot};
  for (const store::Segment& segment : snapshot.segments()) {
    events.for_each(segment, passes, [&](std::uint32_t index) { visit(segment, index); });
  }
}

std::string event_id_of(std::string_view json) {
  const auto record = text::parse_json_object(json);
  const text::JsonNode* id = record ? record->find("eventID") : nullptr;
  return id == nullptr ? std::string{} : id->text;
}

std::string event_name_of(const store::Segment& segment, std::uint32_t index, std::string_view json,
                          const EventNames& names) {
  std::string id = event_id_of(json);
  return id.empty() ? names.stand_in(segment.key(index)) : id;
}

}  // namespace trailkeeper::query
