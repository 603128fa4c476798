#include "store/segments/merge.h"

#include <algorithm>

#include "store/segments/event_order.h"
#include "store/segments/merge_codes.h"
#include "store/segments/merge_order.h"
#include "store/segments/merge_rows.h"
#include "store/segments/merge_tables.h"
#include "store/segments/segment_encoder.h"

namespace trailkeeper::store {
namespace {

// Which event of which input each of the new segment's events is; what tells them apart is written.
std::vector<Origin> write_identity(const std::vector<MergeInput>& inputs, std::uint64_t hash_seed, SegmentParts& parts,
                                   MergedSegment& merged) {
  MergeOrder order = order_of_merge(inputs);
  const std::vector<std::uint32_t> by_key = order_by_key(order.keys);
  std::vector<std::uint64_t> hashes;
  hashes.reserve(order.origins.size());
  for (const Origin& origin : order.origins) hashes.push_back(inputs[origin.input].segment->hash(origin.index));
  encode_identity(order.times, order.keys, hashes, by_key, merged.header, parts);
  encode_contents(contents_of_merge(inputs, order, by_key, hash_seed), order.keys, parts);
  encode_arrivals(arrivals_of_merge(inputs, order), parts);
  merged.decoded = order.decoded;
  return std::move(order.origins);
}

void unite_arrivals(const std::vector<MergeInput>& inputs, SegmentHeader& merged) {
  for (const MergeInput& input : inputs) {
    const SegmentHeader& header = input.segment->header();
    if (header.first_arrival == 0) continue;
    const bool first = merged.first_arrival == 0;
    merged.first_arrival = first ? header.first_arrival : std::min(merged.first_arrival, header.first_arrival);
    merged.last_arrival = std::max(merged.last_arrival, header.last_arrival);
  }
}

std::optional<SegmentMarks> unite_marks(const std::vector<MergeInput>& inputs, const std::vector<Origin>& origins) {
  SegmentMarks marks;
  std::vector<std::vector<bool>> marked;
  for (const MergeInput& input : inputs) {
    const auto own = decode_marks(input.segment->marks(), input.segment->size());
    if (!own || (!marked.empty() && own->basis != marks.basis)) return std::nullopt;
    marks.basis = own->basis;
    std::vector<bool>& bits = marked.emplace_back(input.segment->size());
    for (const std::uint32_t event : own->events) bits[event] = true;
  }
  for (std::uint32_t index = 0; index < origins.size(); ++index) {
    if (marked[origins[index].input][origins[index].index]) marks.events.push_back(index);
  }
  return marks;
}

void write_columns(const std::vector<MergeInput>& inputs, const std::vector<Origin>& origins, const MergedCodes& codes,
                   SegmentParts& parts) {
  std::vector<const PackedView*> columns(inputs.size());
  const auto fill = [&](std::size_t column, std::span<std::uint32_t> filled) {
    forget(inputs);
    for (std::size_t input = 0; input < inputs.size(); ++input) columns[input] = &inputs[input].segment->column(column);
    for (std::size_t i = 0; i < origins.size(); ++i) {
      const Origin origin = origins[i];
      const std::uint64_t code = (*columns[origin.input])[origin.index];
      filled[i] = code == 0 ? 0 : codes.of(origin.input, static_cast<std::uint32_t>(column), code - 1) + 1;
    }
  };
  encode_columns(origins.size(), std::span{codes.counts()}.first(kColumnCount), fill, parts);
}

}  // namespace

void forget(const std::vector<MergeInput>& inputs) {
  for (const MergeInput& input : inputs) input.segment->forget();
}

MergedSegment merge_segments(const std::vector<MergeInput>& inputs, std::uint64_t hash_seed, SegmentParts& parts) {
  MergedSegment merged;
  const std::vector<Origin> origins = write_identity(inputs, hash_seed, parts, merged);
  unite_arrivals(inputs, merged.header);
  forget(inputs);
  MergedPaths paths = unite_paths(inputs);
  const KeptRows rows{inputs};
  MergedTables tables = unite_tables(inputs, rows, paths);
  EachWhole whole;
  if (tables.whole_rows > 0) {
    whole = [&](const auto& add) { each_whole_event(inputs, origins, hash_seed, tables, add); };
  }
  const MergedCodes codes = write_dictionaries(inputs, paths, rows, whole, parts);
  forget(inputs);
  write_columns(inputs, origins, codes, parts);
  forget(inputs);
  write_rows(inputs, origins, rows, tables, parts);
  forget(inputs);
  write_tables(inputs, paths, codes, rows, tables, parts);
  parts.finish(merged.header);
  merged.marks = unite_marks(inputs, origins);
  return merged;
}

}  // namespace trailkeeper::store
