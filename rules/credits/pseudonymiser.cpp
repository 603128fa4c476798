#include "rules/credits/pseudonymiser.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include "text/hex.h"
#include "text/sha256.h"

namespace trailkeeper::rules::credits {
namespace {

constexpr std::size_t kValueBytes = 6;
constexpr std::size_t kProofBytes = 2;
constexpr std::string_view kNoKey = "****************";
constexpr std::array<std::string_view, 2> kKinds{"org-", "promo-"};

Pseudonymiser::Block ciphered(const std::string& key, const Pseudonymiser::Block& block, bool encrypt) {
  if (key.empty()) return block;
  // Its own key, so that what one use of the store's key shows tells nothing of another.
  constexpr std::string_view kUse = "block";
  const text::Sha256 derived = text::hmac_sha256(key, kUse);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{EVP_CIPHER_CTX_new(),
                                                                                EVP_CIPHER_CTX_free};
  Pseudonymiser::Block out{};
  int written = 0;
  const bool done =
      context != nullptr &&
      EVP_CipherInit_ex(context.get(), EVP_aes_128_ecb(), nullptr, derived.data(), nullptr, encrypt ? 1 : 0) == 1 &&
      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
      EVP_CipherUpdate(context.get(), out.data(), &written, block.data(), static_cast<int>(block.size())) == 1 &&
      written == static_cast<int>(out.size());
  if (!done) throw std::runtime_error("OpenSSL can't encrypt with AES-128");
  return out;
}

}  // namespace

std::string Pseudonymiser::digits(std::string_view kind, std::string_view value, std::size_t bytes) const {
  const text::Sha256 hash = text::hmac_sha256(key_, std::string{kind} + std::string{value});
  return text::hex_of(hash).substr(0, 2 * bytes);
}

std::string Pseudonymiser::pseudonym(std::string_view kind, std::string_view value) const {
  if (key_.empty()) return std::string{kind} + std::string{kNoKey};
  const std::string of_value = digits(kind, value, kValueBytes);
  return std::string{kind} + of_value + digits("proof-", std::string{kind} + of_value, kProofBytes);
}

Pseudonymiser::Block Pseudonymiser::covered(const Block& block) const { return ciphered(key_, block, true); }

Pseudonymiser::Block Pseudonymiser::uncovered(const Block& block) const { return ciphered(key_, block, false); }

std::string Pseudonymiser::digest(std::string_view hash) const {
  return key_.empty() ? std::string(2 * kDigestBytes, '*') : digits("hash-", hash, kDigestBytes);
}

bool Pseudonymiser::is_pseudonym(std::string_view value) const {
  const auto* const kind =
      std::find_if(kKinds.begin(), kKinds.end(), [value](std::string_view one) { return value.starts_with(one); });
  if (kind == kKinds.end() || value.size() != kind->size() + kNoKey.size()) return false;
  if (key_.empty()) return value.ends_with(kNoKey);
  const std::string_view of_value = value.substr(0, kind->size() + 2 * kValueBytes);
  return value.substr(of_value.size()) == digits("proof-", of_value, kProofBytes);
}

}  // namespace trailkeeper::rules::credits
