#include "ingest/wire/forward_handshake.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

#include "ingest/wire/message_pack.h"
#include "text/hex.h"

namespace trailkeeper::ingest {
namespace {

constexpr std::size_t kNonceSize = 16;
constexpr std::size_t kMaxPing = std::size_t{64} << 10;
// Fluent Bit before 5.0.8 copies the reason into 32 bytes without looking at its length.
constexpr std::string_view kMismatch = "shared_key mismatch";
static_assert(kMismatch.size() < 32);

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1) {
    throw std::runtime_error("no random bytes for a Forward handshake");
  }
  return bytes;
}

std::string sha512_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha512(), nullptr) != 1) {
    throw std::runtime_error("SHA-512 isn't available");
  }
  return text::hex({reinterpret_cast<const char*>(digest.data()), size});
}

// sha512_hex(shared_key_salt + hostname + nonce + shared_key), the hostname being that of whoever proves the key.
std::string proof(std::string_view salt, std::string_view hostname, std::string_view nonce, std::string_view key) {
  std::string text{salt};
  text.append(hostname).append(nonce).append(key);
  std::string hex = sha512_hex(text);
  OPENSSL_cleanse(text.data(), text.size());
  return hex;
}

struct Ping {
  std::string_view hostname;
  std::string_view salt;
  std::string_view digest;
};

// ["PING", client_hostname, shared_key_salt, shared_key_hexdigest, username, password_hexdigest]
std::optional<Ping> parse_ping(std::string_view message) {
  PackItem item;
  constexpr std::size_t kFields = 6;
  if (!take_item(message, item) || item.type != PackType::array || item.number != kFields) return {};
  std::array<std::string_view, kFields> fields;
  for (std::string_view& field : fields) {
    if (!take_item(message, item) || !item.is_text()) return {};
    field = item.bytes;
  }
  if (fields[0] != "PING") return {};
  return Ping{fields[1], fields[2], fields[3]};
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// ["PONG", auth_result, reason, server_hostname, shared_key_hexdigest]
std::string pong(bool accepted, std::string_view hostname, std::string_view digest) {
  std::string out;
  pack_array(5, out);
  pack_string("PONG", out);
  pack_boolean(accepted, out);
  pack_string(accepted ? std::string_view{} : kMismatch, out);
  pack_string(hostname, out);
  pack_string(digest, out);
  return out;
}

}  // namespace

ForwardHandshake::ForwardHandshake(std::string hostname, std::string shared_key)
    : hostname_(std::move(hostname)), shared_key_(std::move(shared_key)), nonce_(random_bytes(kNonceSize)) {}

std::string ForwardHandshake::hello() const {
  std::string out;
  pack_array(2, out);
  pack_string("HELO", out);
  pack_map(3, out);
  pack_string("nonce", out);
  pack_binary(nonce_, out);
  pack_string("auth", out);  // Empty: no user name and password are asked for.
  pack_string("", out);
  pack_string("keepalive", out);
  pack_boolean(true, out);
  return out;
}

std::string ForwardHandshake::answer(std::string_view window, std::size_t& consumed) {
  PackScanner scanner{kMaxPing};
  const PackStatus status = scanner.scan(window);
  if (status == PackStatus::incomplete) {
    consumed = 0;
    return {};
  }
  const auto ping =
      status == PackStatus::complete ? parse_ping(window.substr(0, scanner.size())) : std::optional<Ping>{};
  // An empty key would be known to everybody.
  accepted_ =
      ping && !shared_key_.empty() && same(ping->digest, proof(ping->salt, ping->hostname, nonce_, shared_key_));
  refused_ = !accepted_;
  consumed = refused_ ? window.size() : scanner.size();
  if (!ping) return {};
  return accepted_ ? pong(true, hostname_, proof(ping->salt, hostname_, nonce_, shared_key_)) : pong(false, "", "");
}

}  // namespace trailkeeper::ingest
