// NDJSON and {"Records":[…]}, to a file or standard output.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "generate/output.h"

namespace trailkeeper::generate {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 20;

class StreamOutput : public Output {
 public:
  StreamOutput(const std::string& path, std::string_view head, std::string_view between, std::string_view tail)
      : path_(path), between_(between), tail_(tail), buffer_(head) {
    files_ = 1;
    buffer_.reserve(kBuffer + kBuffer / 2);
    if (path.empty() || path == "-") return;
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw std::system_error{errno, std::generic_category(), path};
  }

  ~StreamOutput() override {
    if (descriptor_ != STDOUT_FILENO) ::close(descriptor_);
  }

  void put(std::string_view event, const Placement&) override {
    if (!first_) buffer_ += between_;
    first_ = false;
    buffer_ += event;
    if (buffer_.size() >= kBuffer) flush();
  }

  void finish() override {
    if (!first_ || tail_ != "\n") buffer_ += tail_;
    flush();
  }

 private:
  void flush() {
    for (std::size_t done = 0; done < buffer_.size();) {
      const ssize_t written = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        throw std::system_error{errno, std::generic_category(), path_.empty() ? "standard output" : path_};
      }
      done += static_cast<std::size_t>(written);
    }
    bytes_ += buffer_.size();
    buffer_.clear();
  }

  std::string path_;
  std::string_view between_;
  std::string_view tail_;
  std::string buffer_;
  int descriptor_ = STDOUT_FILENO;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<Output> make_ndjson_output(const std::string& path) {
  return std::make_unique<StreamOutput>(path, "", "\n", "\n");
}

std::unique_ptr<Output> make_records_output(const std::string& path) {
  return std::make_unique<StreamOutput>(path, R"({"Records":[)", ",", "]}");
}

}  // namespace trailkeeper::generate
