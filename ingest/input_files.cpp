#include "ingest/input_files.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

namespace trailkeeper::ingest {
namespace {

class Listing {
 public:
  Listing(const std::function<bool(std::string, std::uint64_t)>& file, std::vector<UnreadableFile>& unreadable,
          Links links)
      : file_(file), unreadable_(unreadable), links_(links) {}

  // False: stop.
  bool visit(const std::string& path, int depth) {
    struct stat status {};
    if (depth > 0 && links_ == Links::refuse && ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode)) {
      unreadable_.push_back({path, "it is a link, which isn't followed"});
      return true;
    }
    if (::stat(path.c_str(), &status) != 0) {
      unreadable_.push_back({path, std::strerror(errno)});
      return true;
    }
    if (S_ISDIR(status.st_mode)) return visit_folder(path, depth);
    // A named pipe (or /dev/stdin, or a shell's <(…)) is read as it comes.
    if (S_ISREG(status.st_mode) || (depth == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)))) {
      return file_(path, static_cast<std::uint64_t>(status.st_size));
    }
    if (depth == 0) unreadable_.push_back({path, "neither a file nor a folder"});
    return true;
  }

 private:
  // Deeper than any layout; also ends a loop of symbolic links.
  static constexpr int kMaxDepth = 64;

  bool visit_folder(const std::string& path, int depth) {
    if (depth > kMaxDepth) {
      unreadable_.push_back({path, "folders are nested too deep"});
      return true;
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> folder{::opendir(path.c_str()), ::closedir};
    if (!folder) {
      unreadable_.push_back({path, std::strerror(errno)});
      return true;
    }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(folder.get())) {
      if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    std::sort(names.begin(), names.end());
    return std::all_of(names.begin(), names.end(),
                       [&](const std::string& name) { return visit(path + "/" + name, depth + 1); });
  }

  const std::function<bool(std::string, std::uint64_t)>& file_;
  std::vector<UnreadableFile>& unreadable_;
  Links links_;
};

}  // namespace

std::string normal_path(const std::string& path) {
  std::error_code failed;
  std::string normal = std::filesystem::absolute(path, failed).lexically_normal().string();
  if (failed) return path;
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

void FileFindings::add(const FileFindings& more) {
  unreadable.insert(unreadable.end(), more.unreadable.begin(), more.unreadable.end());
  for (const auto& [kind, files] : more.others) others[kind] += files;
  for (const JoinedFile& file : more.joined) add_joined(file.path, file.members);
}

void FileFindings::add_joined(std::string path, GzipMembers members) {
  if (!members.empty() && joined.size() < kMostJoined) joined.push_back({std::move(path), std::move(members)});
}

void list_files(const std::vector<std::string>& paths, const std::function<bool(std::string, std::uint64_t)>& file,
                std::vector<UnreadableFile>& unreadable, Links links) {
  Listing listing{file, unreadable, links};
  for (const std::string& path : paths) {
    const bool go_on = path == "-" ? file(kStandardInput, 0) : listing.visit(normal_path(path), 0);
    if (!go_on) return;
  }
}

}  // namespace trailkeeper::ingest
