#include "query/columns/named_events.h"

#include <algorithm>
#include <vector>

#include "query/columns/passing_codes.h"
#include "store/segments/block_postings.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::query {

using event::Field;

namespace {

std::vector<std::uint8_t> codes_passing(const store::Segment& segment, Field field, const TextTest& test) {
  return passing_codes(segment.dictionary(*store::column_of(field)), test, false);
}

}  // namespace

void for_each_event_named(const store::Segment& segment, std::string_view source,
                          const std::function<bool(std::string_view name)>& passes,
                          const std::function<void(std::uint32_t index)>& visit) {
  if (segment.size() == 0) return;
  const auto sources =
      codes_passing(segment, Field::event_source, [source](std::string_view text) { return text == source; });
  if (!any_passing(sources)) return;
  const auto names = codes_passing(segment, Field::event_name, passes);
  if (!any_passing(names)) return;
  const std::size_t name_column = *store::column_of(Field::event_name);
  const store::PackedView& name_codes = segment.column(name_column);
  const store::PackedView& source_codes = segment.column(*store::column_of(Field::event_source));
  std::vector<std::uint8_t> blocks((segment.size() + store::kPostingBlock - 1) / store::kPostingBlock, 1);
  if (const store::BlockPostings& postings = segment.postings(name_column); postings.available()) {
    std::fill(blocks.begin(), blocks.end(), std::uint8_t{0});
    for (std::uint32_t code = 1; code < names.size(); ++code) {
      if (names[code] != 0) postings.mark(code - 1, blocks);
    }
  }
  for (std::uint32_t block = 0; block < blocks.size(); ++block) {
    if (blocks[block] == 0) continue;
    const std::uint32_t end = std::min(segment.size(), (block + 1) * store::kPostingBlock);
    for (std::uint32_t i = block * store::kPostingBlock; i < end; ++i) {
      if (names[name_codes[i]] != 0 && sources[source_codes[i]] != 0) visit(i);
    }
  }
}

}  // namespace trailkeeper::query
