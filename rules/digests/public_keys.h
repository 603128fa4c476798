// CloudTrail's public keys, and what is signed with them.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "text/result.h"
#include "text/sha256.h"
#include "text/timestamp.h"

struct evp_pkey_st;

namespace trailkeeper::rules::digests {

/// From when to when; both ends belong to it.
struct TimeSpan {
  text::Timestamp from = std::numeric_limits<text::Timestamp>::min();
  text::Timestamp until = std::numeric_limits<text::Timestamp>::max();
};

/// The result of checking a signature.
enum class Signature {
  sound,
  wrong,         ///< Not for this text, or not by this key.
  no_key,        ///< No key has the fingerprint.
  key_outdated,  ///< The key of that fingerprint wasn't valid then.
  broken_key,    ///< The data for the fingerprint isn't an RSA key.
};

/// Keys of any number of regions and partitions; their fingerprints tell them apart.
class PublicKeys {
 public:
  /// Takes what `aws cloudtrail list-public-keys` prints: one answer or several, one after the other. Returns the
  /// number of keys in it.
  text::Result<std::size_t> add(std::string_view json);

  [[nodiscard]] bool empty() const { return keys_.empty(); }

  /// Whether `signature`, in hexadecimal, is an RSA signature (PKCS #1 v1.5, SHA-256) of `text` by the key of that
  /// fingerprint, which must have been valid at some moment of `when`.
  [[nodiscard]] Signature check(std::string_view fingerprint, TimeSpan when, std::string_view text,
                                std::string_view signature) const;

  /// The hash of the one text for which check() would say `sound`, whatever `when`; nothing if there is none. So many
  /// texts can be compared with many signatures.
  [[nodiscard]] std::optional<text::Sha256> signed_hash(std::string_view fingerprint, std::string_view signature) const;

 private:
  struct Key {
    std::shared_ptr<evp_pkey_st> key;  // Nothing: it is no RSA key.
    TimeSpan valid;
  };
  std::map<std::string, Key, std::less<>> keys_;
};

}  // namespace trailkeeper::rules::digests
