// What may be opened in a followed folder.
#include "ingest/followed_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

namespace fs = std::filesystem;

/// The file's content, or "refused", or "gone".
std::string taken(const std::string& folder, const std::string& path) {
  const ingest::FollowedFile opened = ingest::open_followed(folder, path);
  if (!opened.problem.empty()) CHECK(opened.problem.find(folder) != std::string::npos);
  if (!opened.file) return opened.problem.empty() ? "gone" : "refused";
  std::string bytes(100, '\0');
  bytes.resize(static_cast<std::size_t>(::read(opened.file.get(), bytes.data(), bytes.size())));
  return bytes;
}

}  // namespace

TEST_CASE("files in a followed folder, and in folders in it, are opened; what is gone is no problem") {
  const TemporaryDirectory directory;
  const std::string folder = directory.path("in");
  directory.write("in/a", "one");
  directory.write("in/b/c/d", "two");
  CHECK(taken(folder, folder + "/a") == "one");
  CHECK(taken(folder, folder + "/b/c/d") == "two");
  CHECK(taken(folder, folder + "/b//c/d") == "two");
  CHECK(taken(folder, folder + "/none") == "gone");
  CHECK(taken(folder, folder + "/none/d") == "gone");
  CHECK(taken(directory.path("no"), directory.path("no/a")) == "gone");
  fs::create_symlink(folder, directory.path("link"));
  CHECK(taken(directory.path("link"), directory.path("link/a")) == "one");  // It is what the operator named.
}

TEST_CASE("links are not followed, be it to a file or on the way to one, whatever they lead to") {
  const TemporaryDirectory directory;
  const std::string folder = directory.path("in");
  directory.write("in/real/file", "mine");
  directory.write("secret/file", "secret");
  const auto refuses = [&](const std::string& target, const std::string& name, const std::string& path) {
    fs::create_symlink(target, folder + name);
    CHECK(taken(folder, folder + path) == "refused");
    fs::remove(folder + name);
  };
  refuses(directory.path("secret/file"), "/a", "/a");
  refuses("../secret/file", "/a", "/a");
  refuses("real/file", "/a", "/a");
  refuses("/proc/self/environ", "/a", "/a");
  refuses(directory.path("nothing"), "/a", "/a");
  refuses("a", "/a", "/a");
  refuses(directory.path("secret"), "/a", "/a/file");
  refuses(directory.path("secret"), "/real/a", "/real/a/file");
  refuses("real", "/a", "/a/file");
  refuses("/", "/a", "/a/etc/passwd");
}

TEST_CASE("pipes, devices and folders are not read, nor waited for") {
  const TemporaryDirectory directory;
  const std::string folder = directory.path("in");
  fs::create_directories(folder + "/folder");
  REQUIRE(::mkfifo((folder + "/pipe").c_str(), 0600) == 0);
  CHECK(taken(folder, folder + "/pipe") == "refused");
  // Who waits for a reader of it isn't let go on.
  std::atomic<bool> released{false};
  std::thread writer{[&] {
    ::close(::open((folder + "/pipe").c_str(), O_WRONLY | O_CLOEXEC));
    released = true;
  }};
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  CHECK(taken(folder, folder + "/pipe") == "refused");
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  CHECK(!released);
  ::close(::open((folder + "/pipe").c_str(), O_RDONLY | O_CLOEXEC));
  writer.join();
  CHECK(taken(folder, folder + "/folder") == "refused");
  CHECK(taken("/dev", "/dev/null") == "refused");
  CHECK(taken("/dev", "/dev/zero") == "refused");
}
