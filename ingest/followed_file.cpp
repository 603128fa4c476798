#include "ingest/followed_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace trailkeeper::ingest {
namespace {

using store::Descriptor;

Descriptor open_at(const Descriptor& folder, const std::string& name, int flags) {
  return Descriptor{::openat(folder.get(), name.c_str(), flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
}

FollowedFile refused(const std::string& path, const std::string& why) {
  return {Descriptor{}, "cannot take in " + path + ": " + why};
}

FollowedFile refused_kind(const std::string& path, const struct stat& status) {
  return refused(
      path, S_ISLNK(status.st_mode) ? "links aren't followed; put the file itself there" : "it is no regular file");
}

// `code`: what opening it failed with.
FollowedFile not_opened(const Descriptor& folder, const std::string& name, const std::string& path, int code) {
  struct stat status {};
  if (code == ENOENT) return {};
  const bool known = ::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (known && S_ISLNK(status.st_mode)) return refused_kind(path, status);
  return refused(path, std::strerror(code));
}

}  // namespace

FollowedFile open_followed(const std::string& folder, const std::string& path) {
  Descriptor parent{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!parent) return errno == ENOENT ? FollowedFile{} : refused(folder, std::strerror(errno));
  std::size_t begin = folder.size() + 1;
  for (std::size_t slash; (slash = path.find('/', begin)) != std::string::npos; begin = slash + 1) {
    const std::string name = path.substr(begin, slash - begin);
    if (name.empty()) continue;
    Descriptor next = open_at(parent, name, O_PATH | O_DIRECTORY);
    if (!next) return not_opened(parent, name, path.substr(0, slash), errno);
    parent = std::move(next);
  }
  const std::string name = path.substr(begin);
  struct stat status {};
  // Opening a pipe lets its writer go on, and a device may act.
  if (::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(status.st_mode)) {
    return refused_kind(path, status);
  }
  Descriptor file = open_at(parent, name, O_NONBLOCK | O_NOCTTY);
  if (!file) return not_opened(parent, name, path, errno);
  if (::fstat(file.get(), &status) != 0) return refused(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return refused_kind(path, status);
  return {std::move(file), {}};
}

}  // namespace trailkeeper::ingest
