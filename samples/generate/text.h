// Appending random and formatted text, fast.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "generate/random.h"

namespace trailkeeper::generate {

/// The alphabets of AWS's identifiers, each as 64 characters so that six bits choose one.
enum class Alphabet : std::uint8_t { hex, base32, upper, alnum, base64 };

/// `count` random characters, at most 4,096.
void append_random(std::string& out, Random& random, Alphabet alphabet, unsigned count);
/// A random version-4 GUID.
void append_guid(std::string& out, Random& random);
void append_number(std::string& out, std::uint64_t number);
/// Decimal with leading zeros.
void append_padded(std::string& out, std::uint64_t number, unsigned digits);
/// The text between a JSON string's quotes.
void append_json_escaped(std::string& out, std::string_view text);

}  // namespace trailkeeper::generate
