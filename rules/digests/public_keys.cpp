#include "rules/digests/public_keys.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <simdjson.h>

#include <optional>

#include "text/base64.h"
#include "text/hex.h"

namespace trailkeeper::rules::digests {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxSignature = 2048;  // Bytes; that of an RSA key of 16,384 bits.

// A PKCS #1 RSAPublicKey in DER, in base64.
std::shared_ptr<EVP_PKEY> rsa_key(std::string_view base64) {
  if (!text::looks_like_base64(base64)) return nullptr;
  std::string der;
  text::append_from_base64(base64, der);
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  return {d2i_PublicKey(EVP_PKEY_RSA, nullptr, &bytes, static_cast<long>(der.size())), EVP_PKEY_free};
}

// Seconds since the epoch, as version 1 of the AWS CLI prints them, or a date.
std::optional<text::Timestamp> time_of(const dom::element& value) {
  double seconds = 0;
  std::string_view date;
  if (!value.get_string().get(date)) return text::parse_timestamp(date);
  constexpr double kMost = 1e12;
  if (value.get_double().get(seconds) || !(seconds > -kMost && seconds < kMost)) return std::nullopt;
  return static_cast<text::Timestamp>(seconds * 1000);
}

// What an RSA signature (PKCS #1 v1.5) of a SHA-256 is of; nothing if it is no such signature by this key.
std::optional<text::Sha256> recovered(EVP_PKEY* key, std::string_view signature) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context{EVP_PKEY_CTX_new(key, nullptr),
                                                                            EVP_PKEY_CTX_free};
  text::Sha256 hash{};
  std::size_t size = hash.size();
  const bool sound =
      context && EVP_PKEY_verify_recover_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
      EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
      EVP_PKEY_verify_recover(context.get(), hash.data(), &size,
                              reinterpret_cast<const unsigned char*>(signature.data()), signature.size()) == 1 &&
      size == hash.size();
  return sound ? std::optional{hash} : std::nullopt;
}

}  // namespace

text::Result<std::size_t> PublicKeys::add(std::string_view json) {
  dom::parser parser;
  dom::document_stream answers;
  const simdjson::padded_string padded{json};
  if (parser.parse_many(padded, std::max<std::size_t>(json.size(), dom::MINIMAL_BATCH_SIZE)).get(answers)) {
    return text::Problem{"isn't JSON", {}, 0};
  }
  std::size_t taken = 0;
  for (const auto answer : answers) {
    dom::array list;
    if (answer["PublicKeyList"].get_array().get(list)) return text::Problem{"has no PublicKeyList", {}, 0};
    for (const dom::element entry : list) {
      std::string_view fingerprint;
      std::string_view value;
      dom::element time;
      if (entry["Fingerprint"].get_string().get(fingerprint) || entry["Value"].get_string().get(value)) {
        return text::Problem{"has a key without Fingerprint or Value", {}, 0};
      }
      Key key{rsa_key(value), {}};
      if (!entry["ValidityStartTime"].get(time)) key.valid.from = time_of(time).value_or(key.valid.from);
      if (!entry["ValidityEndTime"].get(time)) key.valid.until = time_of(time).value_or(key.valid.until);
      keys_.insert_or_assign(std::string{fingerprint}, std::move(key));
      ++taken;
    }
  }
  if (answers.truncated_bytes() > 0) return text::Problem{"isn't whole JSON", {}, 0};
  return taken;
}

Signature PublicKeys::check(std::string_view fingerprint, TimeSpan when, std::string_view text,
                            std::string_view signature) const {
  const auto found = keys_.find(fingerprint);
  if (found == keys_.end()) return Signature::no_key;
  const Key& key = found->second;
  if (!key.key) return Signature::broken_key;
  if (key.valid.until < when.from || key.valid.from > when.until) return Signature::key_outdated;
  return signed_hash(fingerprint, signature) == text::sha256(text) ? Signature::sound : Signature::wrong;
}

std::optional<text::Sha256> PublicKeys::signed_hash(std::string_view fingerprint, std::string_view signature) const {
  const auto found = keys_.find(fingerprint);
  if (found == keys_.end() || !found->second.key || signature.size() > 2 * kMaxSignature) return std::nullopt;
  const auto bytes = text::bytes_of_hex(signature);
  return bytes && !bytes->empty() ? recovered(found->second.key.get(), *bytes) : std::nullopt;
}

}  // namespace trailkeeper::rules::digests
