#include "store/segments/segment_encoder.h"

#include <algorithm>
#include <cassert>
#include <tuple>

#include "store/byte_codec.h"
#include "store/segments/bit_pack.h"
#include "store/segments/block_postings.h"
#include "store/segments/string_list.h"

namespace trailkeeper::store {
namespace {

void add_column(SectionId id, std::span<const std::uint32_t> values, SegmentParts& parts) {
  std::string bytes;
  append_column(values, bytes);
  bytes.append(kPackPadding, '\0');
  parts.add(id, bytes);
}

void encode_times(std::span<const text::Timestamp> times, SegmentHeader& header, SegmentParts& parts) {
  header.min_time = times.empty() ? 0 : times.front();
  header.max_time = times.empty() ? 0 : times.back();
  const bool whole_seconds =
      std::all_of(times.begin(), times.end(), [](text::Timestamp time) { return time % text::kSecond == 0; });
  header.time_unit = whole_seconds ? text::kSecond : 1;
  std::vector<std::uint64_t> units;
  units.reserve(times.size());
  for (const text::Timestamp time : times) {
    units.push_back(static_cast<std::uint64_t>(time - header.min_time) / header.time_unit);
  }
  std::string bytes;
  append_column(std::span<const std::uint64_t>{units}, bytes);
  bytes.append(kPackPadding, '\0');
  parts.add(SectionId::times, bytes);
}

}  // namespace

void encode_identity(std::span<const text::Timestamp> times, std::span<const EventKey> keys,
                     std::span<const std::uint64_t> hashes, std::span<const std::uint32_t> by_key,
                     SegmentHeader& header, SegmentParts& parts) {
  assert(times.size() == keys.size() && times.size() == hashes.size() && times.size() == by_key.size());
  assert(std::is_sorted(times.begin(), times.end()));
  assert(std::is_sorted(by_key.begin(), by_key.end(), [&](auto a, auto b) { return keys[a] < keys[b]; }));
  header.events = times.size();
  encode_times(times, header, parts);
  parts.add(SectionId::keys, {reinterpret_cast<const char*>(keys.data()), keys.size_bytes()});
  parts.add(SectionId::hashes, {reinterpret_cast<const char*>(hashes.data()), hashes.size_bytes()});
  add_column(SectionId::by_key, by_key, parts);
  std::string filter;
  append_bloom_filter(keys, filter);
  parts.add(SectionId::key_filter, filter);
}

void encode_contents(std::vector<SharedContent> contents, std::span<const EventKey> keys, SegmentParts& parts) {
  if (contents.empty()) return;
  std::sort(contents.begin(), contents.end(), [&](const SharedContent& a, const SharedContent& b) {
    return std::tie(keys[a.event], a.hash, a.event) < std::tie(keys[b.event], b.hash, b.event);
  });
  std::string bytes;
  for (const SharedContent& content : contents) {
    put_fixed(content.hash, bytes);
    put_fixed(content.event, bytes);
  }
  parts.add(SectionId::contents, bytes);
}

void encode_arrivals(std::span<const OddArrival> arrivals, SegmentParts& parts) {
  if (arrivals.empty()) return;
  assert(std::is_sorted(arrivals.begin(), arrivals.end(), [](auto a, auto b) { return a.event < b.event; }));
  std::string bytes;
  for (const OddArrival& arrival : arrivals) {
    put_fixed(arrival.event, bytes);
    put_fixed(arrival.arrival, bytes);
  }
  parts.add(SectionId::arrivals, bytes);
}

void encode_columns(std::size_t events, std::span<const std::uint32_t> code_counts,
                    const std::function<void(std::size_t, std::span<std::uint32_t>)>& fill, SegmentParts& parts) {
  std::vector<std::uint32_t> codes(events);
  std::vector<std::uint32_t> counts;
  std::string all_counts;
  std::string postings_head;
  std::string all_postings;
  std::string bytes;
  for (std::size_t column = 0; column < code_counts.size(); ++column) {
    fill(column, codes);
    bytes.clear();
    const unsigned width = bits_for(code_counts[column]);
    append_column_header(0, width, events, bytes);
    BitWriter writer{bytes, width};
    counts.assign(code_counts[column] + 1U, 0);
    for (const std::uint32_t code : codes) {
      writer.put(code);
      ++counts[code];
    }
    writer.finish();
    bytes.append(kPackPadding, '\0');
    parts.add(section(SectionId::column, column), bytes);

    bytes.clear();
    append_column(std::span<const std::uint32_t>{counts}, bytes);
    put_string(bytes, all_counts);
    bytes.clear();
    append_postings(codes, code_counts[column], bytes);
    put_varint(bytes.size(), postings_head);
    put_fixed(checksum(bytes), postings_head);
    all_postings += bytes;
  }
  all_counts.append(kPackPadding, '\0');
  all_postings.append(kPackPadding, '\0');
  parts.add(SectionId::column_counts, all_counts);
  std::string postings;
  put_fixed(checksum(postings_head), postings);
  put_string(postings_head, postings);
  postings += all_postings;
  parts.add(SectionId::postings, postings);
}

void encode_rows(std::span<const std::uint32_t> table_numbers, std::span<const std::uint32_t> rows,
                 SegmentParts& parts) {
  add_column(SectionId::shape_codes, table_numbers, parts);
  add_column(SectionId::rows, rows, parts);
}

void encode_whole_table(const WholeTable& whole, SegmentParts& parts) {
  std::string bytes;
  put_varint(whole.number, bytes);
  put_varint(whole.bytes, bytes);
  parts.add(SectionId::whole_table, bytes);
}

void encode_strings(SectionId id, const std::function<void(const std::function<void(std::string_view)>&)>& each,
                    SegmentParts& parts) {
  StringListWriter writer;
  each([&](std::string_view text) { writer.add(text); });
  std::string bytes;
  writer.finish(bytes);
  parts.add(id, bytes);
}

}  // namespace trailkeeper::store
