// A filter on the value at a path.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/columns/passing_codes.h"
#include "query/event_tests.h"
#include "query/shown_event.h"

namespace trailkeeper::query {

/// The test for the value at a path.
struct LeafQuestion {
  std::string path;
  TextTest test;  ///< Of the value's text, as it is shown.
  /// The only texts that pass, if they are known: then whole dictionaries and tables needn't be tested.
  std::optional<std::vector<std::string>> texts;
};

/// One of the values at the path passes: there is at most one unless the path gives a list (query/json_path.h).
/// `shown`: what values are compared as they are shown by; null: as they are stored. `lazily`: few events will be
/// looked at.
std::unique_ptr<EventTest> test_leaf(const store::Segment& segment, LeafQuestion question,
                                     std::shared_ptr<const ShownEvents> shown, bool lazily);

}  // namespace trailkeeper::query
