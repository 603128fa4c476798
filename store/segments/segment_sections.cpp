#include "store/segments/segment_sections.h"

#include <algorithm>
#include <string>

#include "store/byte_codec.h"
#include "store/environment.h"
#include "store/error.h"
#include "store/segments/bit_pack.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {
namespace {

constexpr std::size_t kSumBytes = sizeof(std::uint64_t);
// What one of chunk_checksums covered in segments that were written before it became kChunkBytes.
constexpr unsigned kFormerPieceShift = 15;
constexpr unsigned kPieceShift = 12;
static_assert(kChunkBytes == std::size_t{1} << kPieceShift);

std::size_t pieces_of(std::size_t bytes, unsigned shift) { return (bytes + (std::size_t{1} << shift) - 1) >> shift; }

// Of layout 1, the sections whose pieces have checksums.
bool had_pieces(SectionId id) {
  return id == SectionId::times || (id >= SectionId::column && id < section(SectionId::column, kColumnCount));
}

}  // namespace

OpenedHeader::OpenedHeader(SegmentHeader decoded) : header(std::move(decoded)) {
  entries.reserve(header.sections.size());
  std::uint64_t sums = 0;
  for (std::size_t i = 0; i < header.sections.size(); ++i) {
    const SectionEntry& entry = header.sections[i];
    entries.emplace(static_cast<std::uint32_t>(entry.id), i);
    sums_at.push_back(sums);
    if (has_pieces(entry.id, entry.length)) sums += pieces_of(entry.length, kPieceShift) * kSumBytes;
  }
}

SegmentSections::SegmentSections(const OpenedHeader& header, PartLoader load_part)
    : header_(header), load_part_(std::move(load_part)) {}

void SegmentSections::fail(SectionId id, std::string_view what) const {
  throw_corrupt("segment " + std::to_string(header_.header.number) + ", section " +
                std::to_string(static_cast<std::uint32_t>(id)) + ": " + std::string{what});
}

SegmentSections::Section& SegmentSections::open(SectionId id) {
  Section& section = sections_[static_cast<std::uint32_t>(id)];
  if (section.opened) return section;
  section.id = id;
  const auto found = header_.entries.find(static_cast<std::uint32_t>(id));
  if (found == header_.entries.end()) {
    section.opened = section.whole = true;
    return section;
  }
  section.place = found->second;
  section.entry = &header_.header.sections[found->second];
  const std::string_view part = load_part_(section.entry->part);
  if (part.size() < kPackPadding || section.entry->offset > part.size() - kPackPadding ||
      section.entry->length > part.size() - kPackPadding - section.entry->offset) {
    fail(id, "it lacks bytes");
  }
  section.bytes = part.substr(section.entry->offset, section.entry->length);
  section.opened = true;
  return section;
}

std::string_view SegmentSections::checked(SectionId id) {
  Section& section = open(id);
  if (!section.whole) check_whole(section);
  return section.bytes;
}

void SegmentSections::check_whole(Section& section) {
  if (header_.header.layout >= 2 && has_pieces(section.id, section.bytes.size())) {
    check_pieces(section, 0, section.bytes.size());
    section.whole = true;
    return;
  }
  const auto number = static_cast<std::uint32_t>(section.id);
  const std::uint64_t bit = number < 64 ? std::uint64_t{1} << number : 0;
  const bool known = header_.header.layout < 2 && (header_.sound.load() & bit) != 0;
  if (!known && checksum(section.bytes) != section.entry->checksum) fail(section.id, "its checksum is wrong");
  header_.sound.fetch_or(bit);
  section.whole = true;
}

void SegmentSections::check_pieces(Section& section, std::size_t begin, std::size_t end) {
  if (begin >= end) return;
  if (section.piece_shift == 0) {
    if (header_.header.layout >= 2) {
      find_sums(section);
    } else {
      find_former_sums(section);
    }
  }
  if (section.piece_shift == 0) {
    check_whole(section);
    return;
  }
  if (end > section.bytes.size()) fail(section.id, "it is too short");
  const std::size_t piece_bytes = std::size_t{1} << section.piece_shift;
  for (std::size_t piece = begin >> section.piece_shift; piece * piece_bytes < end; ++piece) {
    if (section.sound[piece] != 0) continue;
    const auto sum = ByteReader{section.sums.substr(piece * kSumBytes)}.fixed<std::uint64_t>();
    if (sum != checksum(section.bytes.substr(piece * piece_bytes, piece_bytes))) {
      fail(section.id, "the checksum of its bytes from " + std::to_string(piece * piece_bytes) + " is wrong");
    }
    section.sound[piece] = 1;
  }
}

// The header's checksum of a section is that of its pieces' checksums: so these are proven, too.
void SegmentSections::find_sums(Section& section) {
  if (!has_pieces(section.id, section.bytes.size())) return;
  const std::size_t pieces = pieces_of(section.bytes.size(), kPieceShift);
  const std::string_view all = open(SectionId::chunk_checksums).bytes;
  const std::uint64_t at = header_.sums_at[section.place];
  if (at > all.size() || pieces * kSumBytes > all.size() - at) fail(section.id, "its pieces' checksums are missing");
  section.sums = all.substr(at, pieces * kSumBytes);
  if (checksum(section.sums) != section.entry->checksum) fail(section.id, "the checksum of its checksums is wrong");
  section.piece_shift = kPieceShift;
  section.sound.resize(pieces);
}

void SegmentSections::find_former_sums(Section& section) {
  if (!had_pieces(section.id)) return;
  ByteReader reader{checked(SectionId::chunk_checksums)};
  while (!reader.empty()) {
    const auto number = static_cast<std::uint32_t>(reader.varint());
    const auto count = static_cast<std::size_t>(reader.varint());
    const std::string_view sums = reader.bytes(count * kSumBytes);
    if (number != static_cast<std::uint32_t>(section.id)) continue;
    for (const unsigned shift : {kPieceShift, kFormerPieceShift}) {
      if (count != pieces_of(section.bytes.size(), shift)) continue;
      section.sums = sums;
      section.piece_shift = shift;
      section.sound.resize(count);
      return;
    }
  }
}

void SegmentSections::forget() const {
  // Each time all cores forget where pages are, too. Merges see to it that small segments are few.
  constexpr std::uint64_t kSmall = std::uint64_t{1} << 20;
  if (header_.header.stored_bytes < kSmall) return;
  for (std::uint32_t part = 0; part < header_.header.parts; ++part) Environment::forget(load_part_(part));
}

}  // namespace trailkeeper::store
