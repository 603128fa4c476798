// A CloudTrail record as a view over its bytes, and the parser that makes it.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/shape.h"
#include "event/shape_trie.h"
#include "text/timestamp.h"

namespace trailkeeper::event {

/// A view of one parsed JSON object; valid until the parser parses again, the parser is reset, or its bytes go.
struct Record {
  std::string_view bytes;
  std::span<const Leaf> leaves;  ///< As many as shape->slots, in the order of the bytes.
  const Shape* shape = nullptr;
  text::Timestamp time = 0;  ///< eventTime; only when shape->kind is event.

  [[nodiscard]] std::string_view raw(const Leaf& leaf) const { return bytes.substr(leaf.offset, leaf.length); }

  /// The text of a field: a string's content with escapes resolved (into `scratch` if it had any), a number as written,
  /// `true` or `false`. Nothing where the record lacks it or it is null, an object or an array.
  std::optional<std::string_view> text(Field field, std::string& scratch) const;
};

/// Parses records; keeps the shapes it has seen. One per thread.
class RecordParser {
 public:
  RecordParser();
  ~RecordParser();
  RecordParser(const RecordParser&) = delete;
  RecordParser& operator=(const RecordParser&) = delete;

  /// Parses one JSON object, which must be followed by kPadding readable bytes. `out.shape->kind` says what it is.
  /// Returns why it isn't an event or an envelope; Reason::none if it is.
  [[nodiscard]] Reason parse(std::string_view json, Record& out);

  /// Heap bytes of the remembered shapes, about. A stream of ever new shapes grows it: call reset() past a limit.
  [[nodiscard]] std::size_t shape_memory() const { return shape_memory_; }

  /// Forgets all shapes; every Shape pointer it gave is invalid afterwards.
  void reset();

 private:
  struct Scanner;
  struct SkeletonHash {
    std::uint64_t low;
    std::uint64_t high;
    bool operator==(const SkeletonHash&) const = default;
  };
  struct HashOfSkeletonHash {
    std::size_t operator()(const SkeletonHash& hash) const { return hash.low; }
  };

  const Shape* shape_of(std::string_view json);
  [[nodiscard]] Reason finish_event(Record& record);

  std::unique_ptr<Scanner> scanner_;
  boost::unordered_flat_map<SkeletonHash, std::unique_ptr<Shape>, HashOfSkeletonHash> shapes_;
  std::unique_ptr<Shape> passing_;  // Of the record that was parsed last, if its shape isn't remembered.
  ShapeTrie trie_;
  std::size_t shape_memory_ = 0;
  std::uint64_t seed_;  ///< Random, so that nobody can prepare skeletons that collide.
  std::string scratch_;
};

}  // namespace trailkeeper::event
