#include "query/event_names.h"

#include "event/guid.h"
#include "query/field_catalogue.h"
#include "store/segments/segment_builder.h"

namespace trailkeeper::query {

std::string EventNames::stand_in(const store::EventKey& key) const {
  std::string guid;
  event::append_guid(pseudonymiser_.covered(key).data(), guid);
  return guid;
}

std::vector<std::uint32_t> find_by_event_id(const store::Segment& segment, std::string_view event_id) {
  std::vector<std::uint32_t> found = segment.find(store::key_of_event_id(event_id));
  // An eventID that is a GUID is the key itself: another event's key may be the same.
  if (event::parse_guid(event_id)) {
    std::erase_if(found, [&](std::uint32_t index) { return !stored_event_id(segment, index); });
  }
  return found;
}

std::vector<std::uint32_t> EventNames::find(const store::Segment& segment, std::string_view name) const {
  std::vector<std::uint32_t> found = find_by_event_id(segment, name);
  const auto guid = event::parse_guid(name);
  if (!guid) return found;
  for (const std::uint32_t index : segment.find(pseudonymiser_.uncovered(*guid))) {
    if (!stored_event_id(segment, index)) found.push_back(index);
  }
  return found;
}

}  // namespace trailkeeper::query
