// MessagePack: read without ever trusting a size, written, and turned into JSON.
// https://github.com/msgpack/msgpack/blob/master/spec.md
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "event/reject.h"
#include "text/json_text.h"

namespace trailkeeper::ingest {

/// The format families of the specification; `natural` is a uint, `integer` an int.
enum class PackType : std::uint8_t {
  never_used,
  nil,
  boolean,
  natural,
  integer,
  real,
  string,
  binary,
  array,
  map,
  extension
};

/// A value; for an array or a map only its head.
struct PackItem {
  PackType type = PackType::nil;
  std::size_t size = 0;       ///< Bytes it takes. If they aren't all there: the least that it will take.
  std::uint64_t number = 0;   ///< A boolean, natural or integer (in two's complement); elements of an array or map.
  double real = 0;            ///< Of a real.
  bool single = false;        ///< Whether the real is a float 32.
  std::string_view bytes;     ///< Of a string, binary or extension.
  std::int8_t extension = 0;  ///< The type of an extension.

  [[nodiscard]] bool is_text() const { return type == PackType::string || type == PackType::binary; }
  [[nodiscard]] bool is_container() const { return type == PackType::array || type == PackType::map; }
  /// Values that follow it and belong to it.
  [[nodiscard]] std::uint64_t children() const {
    return !is_container() ? 0 : type == PackType::map ? 2 * number : number;
  }
};

/// How far reading came.
enum class PackStatus : std::uint8_t {
  complete,
  incomplete,  ///< More bytes are needed.
  malformed,   ///< 0xC1, which is no value.
  too_deep,    ///< Nested deeper than event::kMaxDepth.
  too_large    ///< Longer than the limit, or bound to be.
};

/// Reads the item at the front of `bytes`: complete, incomplete or malformed.
PackStatus read_item(std::string_view bytes, PackItem& item);

/// Finds the end of a value in bytes that come piece by piece, without looking at any of them twice.
class PackScanner {
 public:
  /// No value may be longer than `limit`.
  explicit PackScanner(std::size_t limit) : limit_(limit) {}

  /// `bytes` begin where the value does, and hold at least what they held at the previous call.
  PackStatus scan(std::string_view bytes);

  /// Bytes of the value, once it is complete.
  [[nodiscard]] std::size_t size() const { return at_; }

  /// Starts over with another value.
  void reset() { *this = PackScanner{limit_}; }

 private:
  PackStatus step(std::string_view bytes);
  void close();

  std::size_t limit_;
  std::size_t at_ = 0;
  std::uint64_t wanted_ = 1;  // Values that are still to come.
  std::size_t depth_ = 0;
  std::array<std::uint64_t, event::kMaxDepth> open_{};  // Of each open array and map, the values still to come.
};

/// Takes a whole value from the front of `bytes`. Empty (and `bytes` unchanged) if there is none.
std::string_view take_value(std::string_view& bytes);

/// As take_value, but only the head of an array or map. False if there is none.
bool take_item(std::string_view& bytes, PackItem& item);

/// Appends a value as JSON. Text becomes valid UTF-8 (text::append_quoted), what isn't finite becomes null, keys
/// become strings, a Fluentd EventTime (extension 0) becomes its seconds, another extension
/// `{"extension":type,"hex":"…"}`. False if `value` isn't exactly one value.
bool append_json(std::string_view value, std::string& out);

/// Append a value, or the head of an array or map whose elements are to be appended next. Sizes are below 2^32.
void pack_nil(std::string& out);
void pack_boolean(bool value, std::string& out);
void pack_string(std::string_view text, std::string& out);
void pack_binary(std::string_view bytes, std::string& out);
void pack_array(std::size_t elements, std::string& out);
void pack_map(std::size_t pairs, std::string& out);

}  // namespace trailkeeper::ingest
