#include "rules/credits/pseudonymiser.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace trailkeeper::rules::credits {

std::string Pseudonymiser::pseudonym(std::string_view kind, std::string_view value) const {
  if (key_.empty()) return std::string{kind} + "************";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const std::string message = std::string{kind} + std::string{value};
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), reinterpret_cast<const unsigned char*>(message.data()),
       message.size(), digest.data(), &size);
  constexpr unsigned kShown = 6;
  std::string out{kind};
  for (unsigned i = 0; i < kShown && i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

bool is_pseudonym(std::string_view value, std::string_view kind) {
  constexpr std::size_t kDigits = 12;
  if (!value.starts_with(kind) || value.size() != kind.size() + kDigits) return false;
  value.remove_prefix(kind.size());
  return value.find_first_not_of("0123456789abcdef*") == std::string_view::npos;
}

}  // namespace trailkeeper::rules::credits
