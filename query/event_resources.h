// The resources that an event names.
//
// CloudTrail lists resources of its own in `resources` for some services only. What a call was about is mostly in its
// parameters and its answer: `bucketName`, `instanceId`, `roleName`, … (query/resource_types.h). LookupEvents'
// Resources are made of both, and so are the filters.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/columns/passing_codes.h"
#include "query/event_tests.h"

namespace trailkeeper::query {

class ShownEvents;

/// One resource, as LookupEvents shows it.
struct EventResource {
  std::string type;  ///< As AWS Config names it, such as `AWS::S3::Bucket`; empty: unknown.
  std::string name;

  bool operator==(const EventResource&) const = default;
};

constexpr std::size_t kMostResources = 200;

/// The resources of an event, each once: those of `resources`, then those that requestParameters and responseElements
/// name, in the order of the record; at most kMostResources. `json` must be valid and followed by event::kPadding
/// readable bytes.
std::vector<EventResource> event_resources(std::string_view json);

/// One of the event's resources has a name that passes `test`: its ARN (or ARN prefix), its name as the event has it,
/// or the end of that behind the last `:` or `/`; as `shown` shows it, unless that is null. `test` is copied.
std::unique_ptr<EventTest> test_resource(const store::Segment& segment, const TextTest& test,
                                         const std::shared_ptr<const ShownEvents>& shown);

/// One of the event's resources has a type that passes `test`, which is copied.
std::unique_ptr<EventTest> test_resource_type(const store::Segment& segment, const TextTest& test,
                                              const std::shared_ptr<const ShownEvents>& shown);

}  // namespace trailkeeper::query
