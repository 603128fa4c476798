// Small structures to bytes and back: LEB128 integers and length-prefixed strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::store {

void put_varint(std::uint64_t value, std::string& out);
void put_string(std::string_view text, std::string& out);
template <typename T>
void put_fixed(const T& value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Reads what the functions above wrote. Throws StoreError(corrupt) instead of reading past the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t varint();
  std::string_view string();
  std::string_view bytes(std::size_t count);
  template <typename T>
  T fixed() {
    T value;
    __builtin_memcpy(&value, bytes(sizeof value).data(), sizeof value);
    return value;
  }
  [[nodiscard]] std::string_view rest() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

}  // namespace trailkeeper::store
