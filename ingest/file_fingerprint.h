// Tells whether a file is still the one that was read.
#pragma once

#include <cstdint>

namespace trailkeeper::ingest {

/// A hash of a file's inode number and its first `bytes` bytes: of all of them up to 256 KiB, beyond that of 64
/// stretches of 4 KiB, the first at the beginning and the last just before `bytes`. So it costs the same however much
/// was read before. 0 if the file can't be read, and only then.
std::uint64_t fingerprint_of(int descriptor, std::uint64_t bytes);

/// Whether `fingerprint` is that of the file's first `bytes` bytes. It may be from a version that hashed only the first
/// 4,096 bytes: its lowest bit shows that.
bool has_fingerprint(int descriptor, std::uint64_t bytes, std::uint64_t fingerprint);

/// The same for a whole file; `bytes` is its size, which earlier versions used as the fingerprint.
bool has_whole_fingerprint(int descriptor, std::uint64_t bytes, std::uint64_t fingerprint);

}  // namespace trailkeeper::ingest
