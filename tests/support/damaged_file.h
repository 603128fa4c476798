// Faults in a file's bytes, each undone before the next.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace trailkeeper::tests {

/// A file whose bytes are changed in place, as a disk's or another program's fault changes them.
class DamagedFile {
 public:
  explicit DamagedFile(const std::string& path) : descriptor_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    struct stat status {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) throw std::runtime_error("cannot open " + path);
    whole_.resize(static_cast<std::size_t>(status.st_size));
    if (::pread(descriptor_, whole_.data(), whole_.size(), 0) != static_cast<ssize_t>(whole_.size())) {
      throw std::runtime_error("cannot read " + path);
    }
  }
  ~DamagedFile() {
    restore();
    ::close(descriptor_);
  }
  DamagedFile(const DamagedFile&) = delete;
  DamagedFile& operator=(const DamagedFile&) = delete;

  [[nodiscard]] const std::string& whole() const { return whole_; }
  [[nodiscard]] std::size_t size() const { return whole_.size(); }

  void flip(std::size_t at, unsigned bit) { put(at, std::string(1, static_cast<char>(whole_[at] ^ (1 << bit)))); }
  void zero(std::size_t at, std::size_t bytes) { put(at, std::string(bytes, '\0')); }
  void swap(std::size_t a, std::size_t b, std::size_t bytes) {
    put(a, whole_.substr(b, bytes));
    put(b, whole_.substr(a, bytes));
  }
  void cut(std::size_t bytes) {
    if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) throw std::runtime_error("cannot cut a file short");
    changed_ = {0, whole_.size()};
  }
  void put(std::size_t at, const std::string& bytes) {
    write(at, bytes);
    if (changed_.second == 0) changed_ = {at, at};
    changed_ = {std::min(changed_.first, at), std::max(changed_.second, at + bytes.size())};
  }
  /// Undoes all.
  void restore() {
    if (changed_.second == 0) return;
    write(changed_.first, whole_.substr(changed_.first, changed_.second - changed_.first));
    changed_ = {0, 0};
  }

 private:
  void write(std::size_t at, const std::string& bytes) {
    if (::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(at)) != static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error("cannot damage a file");
  }

  int descriptor_;
  std::string whole_;
  std::pair<std::size_t, std::size_t> changed_{0, 0};
};

}  // namespace trailkeeper::tests
