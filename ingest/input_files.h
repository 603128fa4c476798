// From the paths a user names to the files to read.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ingest/decompressor.h"

namespace trailkeeper::ingest {

/// Something that could not be read.
struct UnreadableFile {
  std::string path;
  std::string reason;
};

/// How many files there are of each kind.
using FileCounts = std::map<std::string, std::uint64_t>;

/// A file with gzip members after its first.
struct JoinedFile {
  std::string path;
  GzipMembers members;
};

/// What was found out about files, besides their events.
struct FileFindings {
  std::vector<UnreadableFile> unreadable;  ///< Whole or from some place on.
  FileCounts others;                       ///< Digests and other services' files, by kind: left out.
  std::vector<JoinedFile> joined;          ///< Up to kMostJoined.

  static constexpr std::size_t kMostJoined = 1000;
  void add(const FileFindings& more);
  void add_joined(std::string path, GzipMembers members);
};

/// What happens with symbolic links inside folders: a check must look at what really lies there.
enum class Links { follow, refuse };

/// Calls `file(path, bytes)` for every regular file that `paths` name: files themselves, folders recursively in the
/// order of their names (as S3 lists them), `-` for standard input (0 bytes). Hidden entries (`.name`) inside folders
/// are left out. Paths are made absolute and normal, so that a file has one name however it is given. Stops when `file`
/// returns false. Folders that can't be listed are appended to `unreadable`, and so are links that are refused.
void list_files(const std::vector<std::string>& paths,
                const std::function<bool(std::string path, std::uint64_t bytes)>& file,
                std::vector<UnreadableFile>& unreadable, Links links = Links::follow);

/// A path as list_files() gives it: absolute and normal.
std::string normal_path(const std::string& path);

/// The name of standard input as a source.
constexpr const char* kStandardInput = "stdin";

}  // namespace trailkeeper::ingest
