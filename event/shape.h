// The shape of a JSON record: everything of its bytes but the values that vary.
//
// CloudTrail records of one API and one kind of caller differ only in their values. A record is therefore split into a
// *skeleton* (keys, punctuation, white space and literals as they were, each value replaced by a one-byte mark) and its
// *leaves* (the values). Records with equal skeletons share a Shape, which knows the path of each leaf; so finding
// eventName or userIdentity.arn in a record costs an array access, not a search.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/field.h"
#include "event/reject.h"
#include "event/wrapper.h"

namespace trailkeeper::event {

/// What kind of value a leaf is; the number is the mark that stands for it in a skeleton. JSON allows none of these
/// bytes anywhere, so a skeleton is unambiguous.
enum class LeafType : std::uint8_t {
  text = 1,     ///< A string without escapes.
  guid = 2,     ///< A string that is a lower-case GUID.
  time = 3,     ///< A string `YYYY-MM-DDThh:mm:ssZ`.
  integer = 4,  ///< A number: 1 to 18 digits, no leading zero.
  number = 5,   ///< Any other number.
  escaped = 6,  ///< A string with escapes; the leaf holds it as written, between its quotes.
  record = 7,   ///< The record itself, where a store keeps it whole: no parser gives this one.
};

constexpr bool is_leaf_mark(char c) { return c >= 1 && c <= 7; }
constexpr bool is_quoted(LeafType type) {
  return type != LeafType::integer && type != LeafType::number && type != LeafType::record;
}

/// One value of a record: where its text lies in the record's bytes, quotes not included.
struct Leaf {
  std::uint32_t offset;
  std::uint32_t length : 24;
  std::uint32_t type_bits : 8;

  [[nodiscard]] LeafType type() const { return static_cast<LeafType>(type_bits); }
};

/// What a JSON object is, as far as its keys tell.
enum class ShapeKind : std::uint8_t {
  event,     ///< A CloudTrail record.
  wrapper,   ///< May hold records: `wrappers` says in which members.
  rejected,  ///< Neither; `reason` says why.
};

/// One leaf's place in the record.
struct Slot {
  std::string path;  ///< As field_path writes paths.
  LeafType type;
  std::optional<Field> field;  ///< Where the path is a known field and no later key repeats it.
};

/// Records with more leaves than this are no pattern that others follow: their shapes are remembered by nobody.
constexpr std::size_t kMostRememberedLeaves = 1024;

/// Immutable once made; shared by all records of one skeleton.
struct Shape {
  std::string skeleton;
  std::vector<Slot> slots;
  std::array<std::int32_t, kFieldCount> slot_of_field;         ///< Index into slots, or -1.
  std::array<std::string_view, kFieldCount> literal_of_field;  ///< "true" or "false" where the field is a literal.
  ShapeKind kind = ShapeKind::rejected;
  Reason reason = Reason::none;  ///< For a wrapper: why the object is rejected if none of its members holds a record.
  WrapperRows wrappers;          ///< Rows whose member it has.

  /// Heap bytes it takes, about, those of a ShapeTrie that has it included.
  [[nodiscard]] std::size_t memory() const;
};

/// Makes the shape of a JSON object whose skeleton is known. `json` must be followed by kPadding readable bytes. When
/// it isn't valid JSON the shape is `rejected` with the reason.
std::unique_ptr<Shape> make_shape(std::string_view json, std::string_view skeleton,
                                  const std::vector<LeafType>& leaf_types);

/// Appends a key to a path as paths have it (event/field.h): dots and backslashes of its own with a backslash.
void append_path_key(std::string_view key, std::string& path);

}  // namespace trailkeeper::event
