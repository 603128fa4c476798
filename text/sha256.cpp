#include "text/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "text/hex.h"

namespace trailkeeper::text {
namespace {

const unsigned char* first(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

void require(int done) {
  if (done != 1) throw std::runtime_error("SHA-256 failed in OpenSSL");
}

}  // namespace

struct Sha256Stream::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> openssl{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {
  if (!context_->openssl || EVP_DigestInit_ex(context_->openssl.get(), EVP_sha256(), nullptr) != 1) {
    throw std::bad_alloc();
  }
}
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::add(std::string_view bytes) {
  require(EVP_DigestUpdate(context_->openssl.get(), bytes.data(), bytes.size()));
}

Sha256 Sha256Stream::finish() {
  Sha256 hash{};
  require(EVP_DigestFinal_ex(context_->openssl.get(), hash.data(), nullptr));
  return hash;
}

Sha256 sha256(std::string_view bytes) {
  Sha256 hash{};
  SHA256(first(bytes), bytes.size(), hash.data());
  return hash;
}

std::optional<Sha256> parse_sha256(std::string_view hex) {
  Sha256 hash{};
  if (hex.size() != 2 * hash.size()) return std::nullopt;
  const auto bytes = bytes_of_hex(hex);
  if (!bytes) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

Sha256 hmac_sha256(std::string_view key, std::string_view message) {
  Sha256 hash{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), first(message), message.size(), hash.data(), &size);
  return hash;
}

}  // namespace trailkeeper::text
