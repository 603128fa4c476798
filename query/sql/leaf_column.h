// The values at a path, event by event.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "query/leaves/leaf_path.h"

namespace trailkeeper::query::sql {

/// Reads what people are shown of one path in the events of one segment. Not thread-safe.
class LeafColumn {
 public:
  /// The segment must outlive it.
  LeafColumn(const store::Segment& segment, const std::string& path, std::shared_ptr<const ShownEvents> shown)
      : path_(segment, path, std::move(shown)) {}

  /// Valid until the next call; nothing where the event lacks it. Throws StoreError(corrupt).
  std::optional<std::string_view> text(std::uint32_t index);

 private:
  std::optional<std::string_view> shown_text(std::uint32_t index);

  LeafPath path_;
  std::string text_;
};

}  // namespace trailkeeper::query::sql
