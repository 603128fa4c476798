#include "store/segments/segment_parts.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "store/byte_codec.h"
#include "store/error.h"
#include "store/segments/bit_pack.h"

namespace trailkeeper::store {
namespace {

constexpr std::size_t kPartBytes = std::size_t{8} << 20;
// Small, because the first use of a dictionary checks its whole section.
constexpr std::size_t kBlobSectionBytes = std::size_t{256} << 10;
constexpr std::size_t kAlignment = 8;

}  // namespace

std::uint64_t checksum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

// One for each piece; the section's own is then that of these.
std::uint64_t SegmentParts::checksum_of(SectionId id, std::string_view bytes) {
  if (!has_pieces(id, bytes.size())) return checksum(bytes);
  const std::size_t begin = chunk_checksums_.size();
  for (std::size_t at = 0; at < bytes.size(); at += kChunkBytes) {
    put_fixed(checksum(bytes.substr(at, kChunkBytes)), chunk_checksums_);
  }
  return checksum(std::string_view{chunk_checksums_}.substr(begin));
}

void SegmentParts::add(SectionId id, std::string_view bytes) {
  if (!part_.empty() && part_.size() + bytes.size() > kPartBytes) flush();
  constexpr std::size_t kSmall = std::size_t{64} << 10;
  if (part_.size() + bytes.size() > kSmall) part_.reserve(kPartBytes + kPackPadding);
  part_.resize((part_.size() + kAlignment - 1) / kAlignment * kAlignment);
  sections_.push_back({id, parts_, part_.size(), bytes.size(), checksum_of(id, bytes)});
  part_.append(bytes);
}

void SegmentParts::flush() {
  part_.append(kPackPadding, '\0');
  stored_bytes_ += part_.size();
  sink_(parts_++, std::move(part_));
  part_.clear();
}

void SegmentParts::finish(SegmentHeader& header) {
  add(SectionId::chunk_checksums, chunk_checksums_);
  if (!part_.empty()) flush();
  header.parts = parts_;
  header.stored_bytes = stored_bytes_;
  header.sections = std::move(sections_);
}

std::string& ChunkedBlobs::begin_blob() {
  if (chunk_.size() > kBlobSectionBytes) flush();
  blob_chunks_.push_back(chunks_);
  blob_offsets_.push_back(chunk_.size());
  return chunk_;
}

void ChunkedBlobs::flush() {
  parts_.add(section(first_, chunks_++), chunk_);
  chunk_.clear();
}

void ChunkedBlobs::finish(SectionId index) {
  flush();
  std::string chunks;
  std::string offsets;
  append_column(std::span<const std::uint64_t>{blob_chunks_}, chunks);
  append_column(std::span<const std::uint64_t>{blob_offsets_}, offsets);
  std::string bytes;
  put_string(chunks, bytes);
  put_string(offsets, bytes);
  bytes.append(kPackPadding, '\0');
  parts_.add(index, bytes);
}

std::string encode_header(const SegmentHeader& header) {
  std::string out;
  put_fixed(header.number, out);
  put_fixed(header.events, out);
  put_fixed(header.min_time, out);
  put_fixed(header.max_time, out);
  put_fixed(header.time_unit, out);
  put_fixed(header.raw_bytes, out);
  put_fixed(header.stored_bytes, out);
  put_fixed(header.variants, out);
  put_fixed(header.parts, out);
  put_varint(header.sections.size(), out);
  for (const SectionEntry& entry : header.sections) {
    put_varint(static_cast<std::uint32_t>(entry.id), out);
    put_varint(entry.part, out);
    put_varint(entry.offset, out);
    put_varint(entry.length, out);
    put_fixed(entry.checksum, out);
  }
  put_fixed(header.first_arrival, out);
  put_fixed(header.last_arrival, out);
  if (header.layout > 1) put_varint(header.layout, out);
  put_fixed(checksum(out), out);
  return out;
}

SegmentHeader decode_header(std::string_view bytes) {
  if (bytes.size() < sizeof(std::uint64_t)) throw_corrupt("a segment header is cut short");
  const std::string_view content = bytes.substr(0, bytes.size() - sizeof(std::uint64_t));
  if (ByteReader{bytes.substr(content.size())}.fixed<std::uint64_t>() != checksum(content)) {
    throw_corrupt("a segment header's checksum is wrong");
  }
  ByteReader reader{content};
  SegmentHeader header;
  header.number = reader.fixed<std::uint64_t>();
  header.events = reader.fixed<std::uint64_t>();
  header.min_time = reader.fixed<text::Timestamp>();
  header.max_time = reader.fixed<text::Timestamp>();
  header.time_unit = reader.fixed<std::uint64_t>();
  header.raw_bytes = reader.fixed<std::uint64_t>();
  header.stored_bytes = reader.fixed<std::uint64_t>();
  header.variants = reader.fixed<std::uint64_t>();
  header.parts = reader.fixed<std::uint32_t>();
  const std::uint64_t count = reader.varint();
  for (std::uint64_t i = 0; i < count; ++i) {
    SectionEntry entry{};
    entry.id = static_cast<SectionId>(reader.varint());
    entry.part = static_cast<std::uint32_t>(reader.varint());
    entry.offset = reader.varint();
    entry.length = reader.varint();
    entry.checksum = reader.fixed<std::uint64_t>();
    header.sections.push_back(entry);
  }
  if (!reader.empty()) {  // Older versions wrote none.
    header.first_arrival = reader.fixed<text::Timestamp>();
    header.last_arrival = reader.fixed<text::Timestamp>();
  }
  header.layout = reader.empty() ? 1 : reader.varint();
  if (header.layout > 2) throw_corrupt("a segment header has an unknown layout");
  return header;
}

}  // namespace trailkeeper::store
