// The files in a store's folder: their names, and which file lies under a name.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

namespace trailkeeper::store {

/// In the store's folder, in docs/format.md's words.
constexpr const char* kDataFile = "/data.mdb";
constexpr const char* kReadersFile = "/lock.mdb";
constexpr const char* kWriterLockFile = "/writer.lock";

/// An open file or folder, closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  /// False: nothing is open.
  explicit operator bool() const { return number_ >= 0; }
  [[nodiscard]] int get() const { return number_; }
  /// The caller must close it.
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

/// Tells a file from others, whatever its name.
struct FileIdentity {
  dev_t device = 0;
  ino_t number = 0;
  bool operator==(const FileIdentity&) const = default;
};

FileIdentity identity_of(const Descriptor& file);

/// The file under a name; nothing if there is none. Links aren't followed. Throws StoreError(io) for anything that
/// isn't a regular file, such as a link, pipe or device: its target isn't the store's to write or to read.
std::optional<FileIdentity> file_at(const std::string& path);

/// Opens a regular file; closed if there is none. Links aren't followed, pipes not waited for; both, and anything else
/// that isn't a regular file, are refused with StoreError(io), and so is a file that can't be opened.
Descriptor open_file(const std::string& path, int flags, mode_t mode = 0);

/// Makes a folder and those that contain it, durably. False if it was there. Throws StoreError(io).
bool make_folder(const std::string& path);

/// Makes the names in a folder durable. Throws StoreError(io).
void sync_folder(const std::string& path);

}  // namespace trailkeeper::store
