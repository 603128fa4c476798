// Recognises records of known shapes without parsing them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/shape.h"

namespace trailkeeper::event {

/// Whether all bytes are ASCII from the space on, and none is a backslash: then a string ends at the next quote, and
/// nothing in it can be wrong.
bool is_plain_ascii(std::string_view bytes);

/// The skeletons of known shapes as a tree: an edge is the kind of a value and the bytes behind it up to the next
/// value. Nearly all records of a trail go down a path that an earlier one made; comparing the fixed bytes and finding
/// the ends of the values takes a third of the time of parsing, and proves the same: the skeleton was parsed once, and
/// the values are checked here.
class ShapeTrie {
 public:
  ShapeTrie() { clear(); }

  /// Shapes with escaped strings are left out: is_plain_ascii() excludes them.
  void insert(const Shape& shape);

  /// The shape of `json`, and its leaves; null if it is none of the known ones. `json` must be plain ASCII and followed
  /// by kPadding readable bytes.
  const Shape* match(std::string_view json, std::vector<Leaf>& leaves);

  void clear();

 private:
  /// From one value to the next, or to the end.
  struct Edge {
    LeafType type;      // Of the value before the gap; at the root there is none.
    std::uint32_t gap;  // Offset in gaps_.
    std::uint32_t length;
    std::uint32_t node;  // Where the edge leads; kEnd: the gap ends the record.
    std::uint64_t head;  // The gap's first 8 bytes, or all of it and zeros: nearly always enough to tell it is another.
    std::uint64_t head_mask;
    const Shape* shape;  // Of the record, at the end.
  };
  using Node = std::vector<Edge>;
  static constexpr std::uint32_t kEnd = ~std::uint32_t{0};

  std::uint32_t follow(std::uint32_t node, LeafType type, std::string_view gap, const Shape* end);
  const Edge* choose(std::uint32_t node, LeafType type, std::string_view rest);

  std::vector<Node> nodes_;
  std::string gaps_;
};

/// What kind of value a string's content is, if it has no escapes.
LeafType plain_text_type(std::string_view text);

/// The type of a number as RFC 8259 writes them; false if it isn't one.
bool number_type(std::string_view text, LeafType& type);

}  // namespace trailkeeper::event
