#include "ingest/file_fingerprint.h"

#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>

namespace trailkeeper::ingest {
namespace {

constexpr std::size_t kStretch = 4096;
constexpr std::uint64_t kStretches = 64;

// The fingerprint of earlier versions, which is odd; the present one is even.
std::uint64_t earlier_fingerprint(int descriptor, std::uint64_t bytes) {
  struct stat status {};
  std::array<char, kStretch> first{};
  const ssize_t got = ::pread(descriptor, first.data(), std::min<std::uint64_t>(bytes, first.size()), 0);
  if (got < 0 || ::fstat(descriptor, &status) != 0) return 0;
  const std::array<std::uint64_t, 2> number{status.st_dev, status.st_ino};
  const auto seed = XXH3_64bits(number.data(), sizeof number);
  return XXH3_64bits_withSeed(first.data(), static_cast<std::size_t>(got), seed) | 1U;
}

bool is_earlier(std::uint64_t fingerprint) { return (fingerprint & 1U) != 0; }

// Adds the bytes from `at` on; false if they can't be read. Fewer, at the file's end, are added as they are.
bool add_stretch(std::string& hashed, int descriptor, std::uint64_t at, std::size_t bytes) {
  const std::size_t before = hashed.size();
  hashed.resize(before + bytes);
  const ssize_t got = ::pread(descriptor, hashed.data() + before, bytes, static_cast<off_t>(at));
  hashed.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return got >= 0;
}

}  // namespace

std::uint64_t fingerprint_of(int descriptor, std::uint64_t bytes) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return 0;
  const std::array<std::uint64_t, 3> number{status.st_dev, status.st_ino, bytes};
  std::string hashed;
  const bool all = bytes <= kStretches * kStretch;
  const std::uint64_t step = all ? kStretch : (bytes - kStretch) / (kStretches - 1);
  for (std::uint64_t i = 0, at = 0; i < kStretches && at < bytes; ++i, at += step) {
    if (!all && i + 1 == kStretches) at = bytes - kStretch;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kStretch, bytes - at));
    if (!add_stretch(hashed, descriptor, at, size)) return 0;
  }
  const auto seed = XXH3_64bits(number.data(), sizeof number);
  return (XXH3_64bits_withSeed(hashed.data(), hashed.size(), seed) & ~std::uint64_t{1}) | 2U;
}

bool has_fingerprint(int descriptor, std::uint64_t bytes, std::uint64_t fingerprint) {
  if (fingerprint == 0) return false;
  return fingerprint ==
         (is_earlier(fingerprint) ? earlier_fingerprint(descriptor, bytes) : fingerprint_of(descriptor, bytes));
}

bool has_whole_fingerprint(int descriptor, std::uint64_t bytes, std::uint64_t fingerprint) {
  if (!is_earlier(fingerprint)) return has_fingerprint(descriptor, bytes, fingerprint);
  const auto first = earlier_fingerprint(descriptor, std::numeric_limits<std::uint64_t>::max());
  return first != 0 && fingerprint == ((first ^ bytes << 1U) | 1U);
}

}  // namespace trailkeeper::ingest
