// The sections of a segment, and the proof of what is read from them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/segments/segment_format.h"

namespace trailkeeper::store {

/// A header with its sections by ID; what all snapshots of a segment share.
struct OpenedHeader {
  explicit OpenedHeader(SegmentHeader decoded);
  SegmentHeader header;
  std::unordered_map<std::uint32_t, std::size_t> entries;  ///< Section to its place in header.sections.
  std::vector<std::uint64_t> sums_at;  ///< Of each section: where its pieces' checksums begin (layout 2).
  /// Segments of layout 1 have no pieces for what lookups need: such sections are checked once in a process. A bit for
  /// each ID below 64.
  mutable std::atomic<std::uint64_t> sound{0};
};

/// Gives the bytes of a part, as SegmentParts made them.
using PartLoader = std::function<std::string_view(std::uint32_t part)>;

/// Everything that is read from a segment comes from here. Not thread-safe. Throws StoreError(corrupt), which names
/// segment and section.
class SegmentSections {
 public:
  struct Section {
    SectionId id{};
    const SectionEntry* entry = nullptr;
    std::size_t place = 0;  ///< In the header.
    std::string_view bytes;
    std::string_view sums;            ///< XXH3 of each piece.
    unsigned piece_shift = 0;         ///< A piece has 2^this bytes; 0: it has none, and is checked as a whole.
    std::vector<std::uint8_t> sound;  ///< By piece.
    bool opened = false;
    bool whole = false;  ///< All of it is sound.
  };

  SegmentSections(const OpenedHeader& header, PartLoader load_part);

  /// Bytes that nothing vouches for: for reading on the way to bytes that are checked. Empty if the segment has no such
  /// section. The reference stays valid.
  const Section& unchecked(SectionId id) { return open(id); }
  /// The whole section, after all of it was checked.
  std::string_view checked(SectionId id);
  /// Proves bytes [begin, end) of a section.
  void check(SectionId id, std::size_t begin, std::size_t end) { check(open(id), begin, end); }
  void check(const Section& section, std::size_t begin, std::size_t end) {
    if (section.whole || begin >= end) return;
    const std::size_t piece = begin >> section.piece_shift;
    if (piece < section.sound.size() && section.sound[piece] != 0 && piece == (end - 1) >> section.piece_shift) return;
    check_pieces(const_cast<Section&>(section), begin, end);
  }

  /// Lets the kernel take the memory pages of a mapped segment.
  void forget() const;

  [[noreturn]] void fail(SectionId id, std::string_view what) const;

 private:
  Section& open(SectionId id);
  void check_pieces(Section& section, std::size_t begin, std::size_t end);
  void check_whole(Section& section);
  void find_sums(Section& section);
  void find_former_sums(Section& section);

  const OpenedHeader& header_;
  PartLoader load_part_;
  std::unordered_map<std::uint32_t, Section> sections_;
};

}  // namespace trailkeeper::store
