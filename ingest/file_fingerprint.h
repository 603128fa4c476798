// Tells whether a file is still the one that was read.
#pragma once

#include <cstdint>

namespace trailkeeper::ingest {

/// Of a file's number and its first `bytes` bytes: of all of them up to 256 KiB, else of 64 stretches of 4 KiB, the
/// first at the beginning and the last just before `bytes`. So it costs the same whatever was read before. 0 if the
/// file can't be read; never else.
std::uint64_t fingerprint_of(int descriptor, std::uint64_t bytes);

/// Whether `fingerprint` is that of the file's first `bytes` bytes. It may be of a version that looked at the first
/// 4,096 bytes only: that shows in its lowest bit.
bool has_fingerprint(int descriptor, std::uint64_t bytes, std::uint64_t fingerprint);

/// The same of a whole file; `bytes` is its size, by which versions of before told it, too.
bool has_whole_fingerprint(int descriptor, std::uint64_t bytes, std::uint64_t fingerprint);

}  // namespace trailkeeper::ingest
