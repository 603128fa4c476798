#include "trail_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <libdeflate.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <unordered_set>
#include <vector>

#include "trail_text.h"

namespace trailkeeper::bench {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
constexpr int kGzipLevel = 6;

class OutputFile {
 public:
  explicit OutputFile(const std::string& path) : descriptor_(STDOUT_FILENO), name_(path) {
    if (path.empty()) return;
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail();
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    if (!name_.empty() && descriptor_ >= 0) ::close(descriptor_);
  }

  void write(const char* bytes, std::size_t size) const {
    while (size > 0) {
      const ssize_t written = ::write(descriptor_, bytes, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes += written;
      size -= static_cast<std::size_t>(written);
    }
  }

 private:
  [[noreturn]] void fail() const {
    throw std::system_error(errno, std::generic_category(), name_.empty() ? "standard output" : name_);
  }
  int descriptor_;
  std::string name_;
};

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};

}  // namespace

TrailSize write_ndjson(const TrailOptions& options, const std::string& file) {
  TrailEvents trail{options};
  const OutputFile output{file};
  TrailSize size{1, 0, 0};
  std::string buffer;
  buffer.reserve(kBufferBytes + 65536);
  for (std::uint64_t i = 0; i < options.events; ++i) {
    trail.append(options.first + i, buffer);
    buffer += '\n';
    if (buffer.size() < kBufferBytes && i + 1 < options.events) continue;
    output.write(buffer.data(), buffer.size());
    size.raw_bytes += buffer.size();
    buffer.clear();
  }
  size.stored_bytes = size.raw_bytes;
  return size;
}

TrailSize write_s3(const TrailOptions& options, const std::string& directory, std::uint64_t events_per_file) {
  TrailEvents trail{options};
  const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor{libdeflate_alloc_compressor(kGzipLevel)};
  std::unordered_set<std::string> folders;
  std::string json;
  std::vector<char> packed;
  TrailSize size;
  for (std::uint64_t done = 0; done < options.events; done += events_per_file, ++size.files) {
    const std::uint64_t first = options.first + done;
    const std::uint64_t last = std::min(first + events_per_file, options.first + options.events);
    Random random{mix(options.seed ^ mix(first ^ 0x66696c65))};
    const Place place = trail.place_of(random.next());
    json = "{\"Records\":[";
    std::int64_t latest = options.start;
    for (std::uint64_t event = first; event < last; ++event) {
      if (event > first) json += ',';
      trail.append(event, json, &place);
      latest = std::max(latest, trail.time_of(event));
    }
    json += "]}";
    packed.resize(libdeflate_gzip_compress_bound(compressor.get(), json.size()));
    const std::size_t stored =
        libdeflate_gzip_compress(compressor.get(), json.data(), json.size(), packed.data(), packed.size());
    if (stored == 0) throw std::runtime_error("compressing failed");

    // Files are delivered within five minutes or so after their last event.
    const CalendarTime at = calendar(latest - latest % 300 + 300);
    const std::string folder = fmt::format("{}/AWSLogs/{}/CloudTrail/{}/{:04}/{:02}/{:02}", directory,
                                           place.account->id, place.region, at.year, at.month, at.day);
    if (folders.insert(folder).second) std::filesystem::create_directories(folder);
    std::string name = fmt::format("{}/{}_CloudTrail_{}_{:04}{:02}{:02}T{:02}{:02}Z_", folder, place.account->id,
                                   place.region, at.year, at.month, at.day, at.hour, at.minute);
    append_alnum(name, random, 16);
    name += ".json.gz";
    OutputFile{name}.write(packed.data(), stored);
    size.raw_bytes += json.size();
    size.stored_bytes += stored;
  }
  return size;
}

}  // namespace trailkeeper::bench
