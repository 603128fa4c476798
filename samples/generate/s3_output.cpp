// CloudTrail's folder tree in S3.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <unordered_set>
#include <vector>

#include "generate/calendar.h"
#include "generate/gzip.h"
#include "generate/output.h"
#include "generate/s3_name.h"

namespace trailkeeper::generate {
namespace {

constexpr std::string_view kHead = R"({"Records":[)";

class S3Output : public Output {
 public:
  S3Output(std::string folder, unsigned events_per_file, int level, const Workload& workload, std::uint64_t seed)
      : folder_(std::move(folder)), events_per_file_(events_per_file), workload_(workload), gzip_(level), random_(seed) {}

  void put(std::string_view event, const Placement& placement) override {
    const std::size_t index = placement.account * kRegions + placement.region;
    if (pending_.size() <= index) pending_.resize(index + 1);
    Pending& pending = pending_[index];
    pending.text += pending.events == 0 ? kHead : std::string_view{","};
    pending.text += event;
    pending.last = placement.time;
    if (++pending.events == events_per_file_) write(index);
  }

  void finish() override {
    for (std::size_t index = 0; index < pending_.size(); ++index) {
      if (pending_[index].events > 0) write(index);
    }
  }

 private:
  struct Pending {
    std::string text;
    unsigned events = 0;
    std::int64_t last = 0;
  };

  void write(std::size_t index) {
    Pending& pending = pending_[index];
    pending.text += "]}";
    const Account& account = workload_.account(static_cast<unsigned>(index / kRegions));
    const std::string path =
        folder_ + "/" + s3_name(account.number, kRegionNames[index % kRegions], pending.last, random_);
    std::string parent = path.substr(0, path.rfind('/'));
    if (!made_.contains(parent)) {
      std::filesystem::create_directories(parent);
      made_.insert(std::move(parent));
    }
    write_file(path, gzip_.compress(pending.text));
    bytes_ += pending.text.size();
    ++files_;
    pending.text.clear();
    pending.events = 0;
  }

  std::string folder_;
  unsigned events_per_file_;
  const Workload& workload_;
  Gzip gzip_;
  Random random_;
  std::vector<Pending> pending_;  // One for each account and region.
  std::unordered_set<std::string> made_;
};

}  // namespace

std::string s3_name(std::string_view account, std::string_view region, std::int64_t time, Random& random) {
  std::string name = "AWSLogs/";
  name.append(account).append("/CloudTrail/").append(region).append("/");
  append_date(name, time, '/');
  name.append("/").append(account).append("_CloudTrail_").append(region).append("_");
  // Delivered at the next full five minutes.
  const Calendar at = calendar(time - time % 300 + 300);
  append_padded(name, at.year, 4);
  append_padded(name, at.month, 2);
  append_padded(name, at.day, 2);
  name += 'T';
  append_padded(name, at.hour, 2);
  append_padded(name, at.minute, 2);
  name += "Z_";
  append_random(name, random, Alphabet::alnum, 16);
  return name + ".json.gz";
}

void write_file(const std::string& path, std::string_view content) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) throw std::system_error{errno, std::generic_category(), path};
  int error = 0;
  while (!content.empty() && error == 0) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error != 0) throw std::system_error{error, std::generic_category(), path};
}

std::unique_ptr<Output> make_s3_output(const std::string& folder, unsigned events_per_file, int level,
                                       const Workload& workload, std::uint64_t seed) {
  return std::make_unique<S3Output>(folder, events_per_file, level, workload, seed);
}

}  // namespace trailkeeper::generate
