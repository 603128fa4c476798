// Files about permissions that the store keeps as they were loaded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::store {

/// A file of policies or requirements.
struct PolicyFile {
  std::int64_t time = 0;    ///< As of when it is true: milliseconds since the epoch.
  std::int64_t loaded = 0;  ///< When it was loaded.
  std::string kind;         ///< What it is, in words of the code that reads it.
  std::string source;       ///< Its path or name, for people.
  std::string bytes;
};

/// The same file for the same time has the same key.
std::string policy_key(const PolicyFile& file);
std::string encode_policy_file(const PolicyFile& file);

/// Throws StoreError(corrupt).
PolicyFile decode_policy_file(std::string_view bytes);

}  // namespace trailkeeper::store
