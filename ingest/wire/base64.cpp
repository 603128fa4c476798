#include "ingest/wire/base64.h"

#include <openssl/evp.h>

namespace trailkeeper::ingest {

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::size_t kGroup = 4;
  // EVP_DecodeBlock takes white space at the ends, and an int.
  if (text.size() % kGroup != 0 || text.size() > (std::size_t{1} << 30)) return std::nullopt;
  if (text.empty()) return std::string{};
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string_view digits = text;
  while (digits.ends_with('=')) digits.remove_suffix(1);
  const std::size_t padding = text.size() - digits.size();
  if (padding > 2 || digits.find('=') != std::string_view::npos ||
      kAlphabet.find(digits.empty() ? '=' : digits.front()) == std::string_view::npos ||
      kAlphabet.find(digits.back()) == std::string_view::npos) {
    return std::nullopt;
  }
  std::string bytes(text.size() / kGroup * 3, '\0');
  const int got = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                  reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (got < 0 || static_cast<std::size_t>(got) != bytes.size()) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace trailkeeper::ingest
