// From the paths a user names to the files to read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace trailkeeper::ingest {

/// Something that could not be read.
struct UnreadableFile {
  std::string path;
  std::string reason;
};

/// Calls `file(path, bytes)` for every regular file that `paths` name: files themselves, folders recursively in the
/// order of their names (as S3 lists them), `-` for standard input (0 bytes). Hidden entries (`.name`) inside folders
/// are left out. Paths are made absolute and normal, so that a file has one name however it is given. Stops when `file`
/// returns false. What can't be listed is appended to `unreadable`.
void list_files(const std::vector<std::string>& paths,
                const std::function<bool(std::string path, std::uint64_t bytes)>& file,
                std::vector<UnreadableFile>& unreadable);

/// The name of standard input as a source.
constexpr const char* kStandardInput = "stdin";

}  // namespace trailkeeper::ingest
