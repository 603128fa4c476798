// A JSON document as a tree that knows where each value stands, so that errors can say so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/result.h"

namespace trailkeeper::text {

struct JsonMember;

/// A JSON value. Policies and requests are small and read once, so a tree costs nothing that matters.
struct JsonNode {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool boolean = false;
  std::size_t offset = 0;           ///< Of its first byte in the document.
  std::string text;                 ///< A string's characters, unescaped; a number as it is written.
  std::vector<JsonNode> items;      ///< An array's elements.
  std::vector<JsonMember> members;  ///< An object's, in their order; the keys are all different.

  /// The member of that name, or nullptr.
  [[nodiscard]] const JsonNode* find(std::string_view key) const;
};

struct JsonMember {
  std::string key;
  std::size_t offset = 0;  ///< Of the key's opening quote.
  JsonNode value;
};

/// Nesting levels a document may have. A policy needs seven.
constexpr int kMaxJsonDepth = 64;

/// Reads one JSON object (RFC 8259). Refuses anything that isn't JSON or UTF-8, anything after the object, deeper
/// nesting than kMaxJsonDepth, and an object with a key twice, because readers don't agree on what that means.
Result<JsonNode> parse_json_object(std::string_view json);

/// Appends `/key` to a JSON pointer, escaping as RFC 6901 asks.
std::string pointer_to(std::string_view parent, std::string_view key);
std::string pointer_to(std::string_view parent, std::size_t index);

/// What a value is, for messages: `a string`, `an array`.
std::string_view kind_name(JsonNode::Kind kind);

}  // namespace trailkeeper::text
