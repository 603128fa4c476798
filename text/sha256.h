// SHA-256 (FIPS 180-4), and HMAC with it (RFC 2104).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace trailkeeper::text {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);

/// A hash's bytes. A view: valid as long as the hash.
inline std::string_view bytes_of(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

/// From 64 hexadecimal digits of either case; nothing if there is anything else.
std::optional<Sha256> parse_sha256(std::string_view hex);

Sha256 hmac_sha256(std::string_view key, std::string_view message);

/// The hash of bytes that come piece by piece. For one thread at a time.
class Sha256Stream {
 public:
  /// Throws std::bad_alloc if there is no memory.
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;

  void add(std::string_view bytes);
  /// Of all that was added. Nothing may be added, or asked, after that.
  Sha256 finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace trailkeeper::text
