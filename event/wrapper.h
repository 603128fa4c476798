// The kinds of objects that hold records without being one: the one table of envelopes, exports and shippers' records.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace trailkeeper::event {

/// JSON types that a member's value may have; to be combined.
enum WrapperValue : std::uint8_t {
  kObjectValue = 1,  ///< A record, or another wrapper.
  kArrayValue = 2,   ///< Of records or wrappers.
  kTextValue = 4,    ///< JSON text, also base64 of it, also of that compressed.
  kListsValue = 8,   ///< An object with an array of records or wrappers in each member.
};

/// One row: a member by which an object is known to hold records.
struct Wrapper {
  std::string_view member;
  std::uint8_t values;      ///< WrapperValue bits.
  std::string_view beside;  ///< A member that must stand beside it; empty: none.
  /// Nothing else has such a member: what it holds is rejected as what it is. Otherwise, if it holds no record, the
  /// next row is tried, and the object itself is rejected.
  bool certain;
  std::string_view known_as;  ///< Who writes it, for docs/inputs.md.
};

/// All rows; if an object has several of the members, the first that holds a record counts.
std::span<const Wrapper> wrappers();

/// Some rows, by their places in wrappers().
using WrapperRows = std::bitset<96>;

/// The row of a member's name.
std::optional<std::size_t> wrapper_row(std::string_view member);

/// The rows by which an object is recognised whatever accompanies the member.
WrapperRows certain_wrappers();

/// Whether an array under this name at the top of an object is one of documents, however large.
bool names_documents(std::string_view member);

/// Whether an array under this name may be one.
bool may_name_documents(std::string_view member);

/// Whether an object under this name may hold such an array.
bool names_document_object(std::string_view member);

/// Whether a shipper's record may have an event as text or object under this name.
bool names_wrapped_text(std::string_view member);

}  // namespace trailkeeper::event
