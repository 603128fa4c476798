// What permissions depend on in a store: loaded files of policies, and the trail's own IAM events.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "query/verdicts/superseded.h"
#include "rules/grants/history.h"
#include "rules/requirements/catalogue.h"
#include "store/store.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// The policies of a snapshot. Once made, immutable and thread-safe.
class PolicyState {
 public:
  /// Reads files and finds IAM's events, but doesn't read their contents until history() is called.
  explicit PolicyState(const store::Snapshot& snapshot);

  /// A number that changes whenever verdicts on events up to `time` may change.
  [[nodiscard]] std::uint64_t basis(text::Timestamp time) const;

  /// How many files and events changed what is granted: what history() reads.
  [[nodiscard]] std::size_t changes() const { return steps_.size(); }

  [[nodiscard]] const rules::requirements::Catalogue& catalogue() const { return catalogue_; }

  /// Events that an addendum replaced: they change nothing.
  [[nodiscard]] const SupersededEvents& superseded() const { return superseded_; }

  /// What was granted, when. Its first call reads the IAM events, and must have returned before other threads call it.
  const rules::grants::History& history();

 private:
  // A file or an event that changed what is granted, in order of time.
  struct Step {
    text::Timestamp time;
    std::uint64_t id;  // A hash of its content.
    const store::Segment* segment = nullptr;
    std::uint32_t index = 0;
    std::size_t file = 0;  // If there is no segment.
    std::uint64_t basis = 0;
  };

  void find_events(const store::Segment& segment);
  void add_files();
  void add_event(const Step& step);

  const store::Snapshot& snapshot_;
  SupersededEvents superseded_;
  rules::requirements::Catalogue catalogue_;
  std::vector<store::PolicyFile> files_;
  std::vector<Step> steps_;
  std::unique_ptr<rules::grants::History> history_;
};

/// Kinds of files, as the store keeps them.
constexpr std::string_view kAccountFile = "account";
constexpr std::string_view kOrganizationFile = "organization";
constexpr std::string_view kCatalogueFile = "catalogue";

}  // namespace trailkeeper::query
