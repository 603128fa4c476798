// The sections that building and merging write alike.
#pragma once

#include <functional>
#include <span>

#include "store/content_hash.h"
#include "store/segments/bloom_filter.h"
#include "store/segments/segment_format.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {

/// Writes times, keys, hashes, by_key and key_filter. All spans are in the segment's order; `by_key` holds the events'
/// numbers in ascending order of key. Sets the header's events, times and unit.
void encode_identity(std::span<const text::Timestamp> times, std::span<const EventKey> keys,
                     std::span<const std::uint64_t> hashes, std::span<const std::uint32_t> by_key,
                     SegmentHeader& header, SegmentParts& parts);

/// Writes the contents of events that share a key, if there are any. `keys` is in the segment's order.
void encode_contents(std::vector<SharedContent> contents, std::span<const EventKey> keys, SegmentParts& parts);

/// Writes odd arrivals (ascending by event), if there are any.
void encode_arrivals(std::span<const OddArrival> arrivals, SegmentParts& parts);

/// Writes the columns with their counts and postings. `fill(column, codes)` gives the codes plus one (0 for none) in
/// the segment's order; `code_counts[column]` is the size of the column's dictionary.
void encode_columns(std::size_t events, std::span<const std::uint32_t> code_counts,
                    const std::function<void(std::size_t, std::span<std::uint32_t>)>& fill, SegmentParts& parts);

/// Writes which table and row each event has.
void encode_rows(std::span<const std::uint32_t> table_numbers, std::span<const std::uint32_t> rows,
                 SegmentParts& parts);

/// Writes which table has the events that are kept whole.
void encode_whole_table(const WholeTable& whole, SegmentParts& parts);

/// Writes a plain list of strings as one section.
void encode_strings(SectionId id, const std::function<void(const std::function<void(std::string_view)>&)>& each,
                    SegmentParts& parts);

}  // namespace trailkeeper::store
