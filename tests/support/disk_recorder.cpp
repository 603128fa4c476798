// A library to preload (LD_PRELOAD) that stands between a program and its files: it records what is written below a
// folder and when that is made durable, so that a test can make the disk as a power cut could have left it; and it
// fails such a call as a broken disk would. tests/support/disk.py reads the record.
//
// TRAILKEEPER_DISK_UNDER=FOLDER   the files that are meant
// TRAILKEEPER_DISK_RECORD=FILE    where the record goes, appended to
// TRAILKEEPER_DISK_FAIL=CALL:N:ERRNO[:once]   fails the Nth call of that name (write, sync, meta: a write that is to be
//                                 durable when it returns) and, without `once`, all later ones of any name
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

enum class Call : std::uint32_t { create = 1, write, write_durable, resize, sync, sync_folder, rename, remove };

/// What a record begins with; a path and the bytes that were written follow.
struct Head {
  Call call;
  std::uint32_t path_bytes;
  std::uint64_t file;  ///< Inode.
  std::uint64_t offset;
  std::uint64_t bytes;
};

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::string_view setting(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? std::string_view{} : text;
}

bool is_meant(std::string_view path) {
  static const std::string_view kUnder = setting("TRAILKEEPER_DISK_UNDER");
  return !kUnder.empty() && path.starts_with(kUnder) && path.find("lock") == std::string_view::npos;
}

std::string path_of(int descriptor) {
  char path[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = readlink(link.c_str(), path, sizeof path);
  return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : std::string{};
}

std::uint64_t inode_of(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

void record(Head head, std::string_view path, const void* data = nullptr) {
  static const int kRecord = [] {
    const std::string file{setting("TRAILKEEPER_DISK_RECORD")};
    return file.empty() ? -1
                        : next<int(const char*, int, ...)>("open")(file.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
  }();
  if (kRecord < 0) return;
  head.path_bytes = static_cast<std::uint32_t>(path.size());
  const std::size_t data_bytes = data == nullptr ? 0 : head.bytes;
  iovec parts[] = {
      {&head, sizeof head}, {const_cast<char*>(path.data()), path.size()}, {const_cast<void*>(data), data_bytes}};
  // All at once, so that records of several threads and processes don't mix.
  static const auto kWritev = next<ssize_t(int, const iovec*, int)>("writev");
  if (kWritev(kRecord, parts, 3) != static_cast<ssize_t>(sizeof head + path.size() + data_bytes)) std::abort();
}

/// Whether a call is to fail now; then errno says how.
bool fails(std::string_view call) {
  static const std::string_view kFail = setting("TRAILKEEPER_DISK_FAIL");
  if (kFail.empty()) return false;
  static const std::string kCall{kFail.substr(0, kFail.find(':'))};
  static const int kNumber = std::atoi(kFail.data() + kCall.size() + 1);
  static const std::string_view kRest = kFail.substr(kFail.find(':', kCall.size() + 1) + 1);
  static const int kError = std::atoi(kRest.data());
  static const bool kOnce = kRest.ends_with(":once");
  static std::atomic<int> calls{0};
  static std::atomic<bool> broken{false};
  const bool now = call == kCall && ++calls == kNumber;
  if (now && !kOnce) broken = true;
  if (!now && !broken) return false;
  errno = kError;
  return true;
}

struct Target {
  std::string path;
  std::uint64_t file = 0;
  bool durable = false;

  explicit Target(int descriptor) : path(path_of(descriptor)) {
    if (!is_meant(path)) {
      path.clear();
      return;
    }
    file = inode_of(descriptor);
    durable = (fcntl(descriptor, F_GETFL) & O_DSYNC) != 0;
  }
  [[nodiscard]] bool meant() const { return !path.empty(); }
  [[nodiscard]] bool fails_to_write() const { return fails(durable ? "meta" : "write"); }
  void wrote(off_t offset, const void* data, ssize_t bytes) const {
    if (bytes <= 0) return;
    record({durable ? Call::write_durable : Call::write, 0, file, static_cast<std::uint64_t>(offset),
            static_cast<std::uint64_t>(bytes)},
           path, data);
  }
};

int opened(int descriptor, int flags, bool was_there) {
  if (descriptor < 0 || (flags & O_CREAT) == 0 || was_there) return descriptor;
  const Target target{descriptor};
  if (target.meant()) record({Call::create, 0, target.file, 0, 0}, target.path);
  return descriptor;
}

int synced(int descriptor, const char* name) {
  const Target target{descriptor};
  if (target.meant() && fails("sync")) return -1;
  const int code = next<int(int)>(name)(descriptor);
  struct stat status {};
  if (code == 0 && target.meant() && fstat(descriptor, &status) == 0) {
    record({S_ISDIR(status.st_mode) ? Call::sync_folder : Call::sync, 0, target.file, 0, 0}, target.path);
  }
  return code;
}

void renamed(int code, const char* from, const char* to) {
  if (code == 0 && is_meant(to)) record({Call::rename, 0, 0, 0, 0}, std::string{from} + '\n' + to);
}

void removed(int code, const std::string& path) {
  if (code == 0 && is_meant(path)) record({Call::remove, 0, 0, 0, 0}, path);
}

mode_t mode_of(int flags, va_list arguments) { return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0; }

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  const bool was_there = access(path, F_OK) == 0;
  return opened(next<int(const char*, int, ...)>("open")(path, flags, mode), flags, was_there);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  const bool was_there = faccessat(folder, path, F_OK, 0) == 0;
  return opened(next<int(int, const char*, int, ...)>("openat")(folder, path, flags, mode), flags, was_there);
}

ssize_t write(int descriptor, const void* data, size_t bytes) {
  static const auto kWrite = next<ssize_t(int, const void*, size_t)>("write");
  const Target target{descriptor};
  if (!target.meant()) return kWrite(descriptor, data, bytes);
  if (target.fails_to_write()) return -1;
  const off_t offset = lseek(descriptor, 0, SEEK_CUR);
  const ssize_t written = kWrite(descriptor, data, bytes);
  target.wrote(offset, data, written);
  return written;
}

ssize_t pwrite(int descriptor, const void* data, size_t bytes, off_t offset) {
  static const auto kWrite = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  const Target target{descriptor};
  if (!target.meant()) return kWrite(descriptor, data, bytes, offset);
  if (target.fails_to_write()) return -1;
  const ssize_t written = kWrite(descriptor, data, bytes, offset);
  target.wrote(offset, data, written);
  return written;
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  static const auto kWrite = next<ssize_t(int, const iovec*, int)>("writev");
  const Target target{descriptor};
  if (!target.meant()) return kWrite(descriptor, parts, count);
  if (target.fails_to_write()) return -1;
  const off_t offset = lseek(descriptor, 0, SEEK_CUR);
  const ssize_t written = kWrite(descriptor, parts, count);
  std::string data;
  for (int part = 0; part < count; ++part) {
    data.append(static_cast<const char*>(parts[part].iov_base), parts[part].iov_len);
  }
  target.wrote(offset, data.data(), written);
  return written;
}

int ftruncate(int descriptor, off_t length) {
  const Target target{descriptor};
  if (target.meant() && fails("write")) return -1;
  const int code = next<int(int, off_t)>("ftruncate")(descriptor, length);
  if (code == 0 && target.meant()) {
    record({Call::resize, 0, target.file, static_cast<std::uint64_t>(length), 0}, target.path);
  }
  return code;
}

int fsync(int descriptor) { return synced(descriptor, "fsync"); }
int fdatasync(int descriptor) { return synced(descriptor, "fdatasync"); }

int rename(const char* from, const char* to) noexcept {
  const int code = next<int(const char*, const char*)>("rename")(from, to);
  renamed(code, from, to);
  return code;
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  const int code =
      next<int(int, const char*, int, const char*, unsigned)>("renameat2")(from_folder, from, to_folder, to, flags);
  renamed(code, from, to);
  return code;
}

int unlink(const char* path) noexcept {
  const int code = next<int(const char*)>("unlink")(path);
  removed(code, path);
  return code;
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  const std::string whole = folder == AT_FDCWD ? std::string{path} : path_of(folder) + '/' + path;
  const int code = next<int(int, const char*, int)>("unlinkat")(folder, path, flags);
  removed(code, whole);
  return code;
}

}  // extern "C"
