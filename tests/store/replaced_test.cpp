// Data files that take another's place, beside processes that have the store open: nothing that was stored gets lost.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "store/archive.h"
#include "store/lmdb/data_file.h"
#include "store/lmdb/writer_lock.h"
#include "store/writer.h"
#include "tests/support/padded.h"
#include "tests/support/random_event.h"
#include "tests/support/reader_process.h"
#include "tests/support/stored_events.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;
using store::Store;
using store::StoreError;
using store::StoreErrorKind;

namespace {

namespace fs = std::filesystem;

/// The error's kind; -1 if there was none.
template <typename Body>
int kind_of(Body&& body) {
  try {
    body();
  } catch (const StoreError& error) {
    return static_cast<int>(error.kind());
  }
  return -1;
}

constexpr int kReplaced = static_cast<int>(StoreErrorKind::replaced);
constexpr int kIo = static_cast<int>(StoreErrorKind::io);
constexpr int kLocked = static_cast<int>(StoreErrorKind::locked);

/// In as many commits as batches of ten.
void fill(const std::string& directory, std::uint64_t seed, int batches) {
  Store store{directory, Store::Mode::write};
  for (int i = 0; i < batches; ++i) add_events(store, seed + static_cast<std::uint64_t>(i), 10);
}

std::uint64_t count(const std::string& directory) {
  Store store{directory, Store::Mode::read};
  std::uint64_t events = 0;
  const store::Snapshot snapshot = store.snapshot();
  for (const auto& segment : snapshot.segments()) events += segment.size();
  return events;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

TEST_CASE("compact beside open readers: they go on, and what is stored next is found by all who come") {
  for (const int batches : {3, 4, 5, 6}) {
    const TemporaryDirectory directory;
    const std::string path = directory.path("store");
    fill(path, 1, batches);
    const auto before = static_cast<std::uint64_t>(batches) * 10;
    ReaderProcess reader{path};
    REQUIRE(reader.opened() == before);
    store::shrink_file(path);
    CHECK(count(path) == before);
    CHECK(reader.count() == before);
    fill(path, 100, 3);
    CHECK(count(path) == before + 30);
    CHECK(reader.count() == before);
    ReaderProcess later{path};
    CHECK(later.opened() == before + 30);
    store::shrink_file(path);
    fill(path, 200, 1);
    CHECK(count(path) == before + 40);
    CHECK(later.count() == before + 30);
    CHECK_FALSE(fs::exists(path + "/data.mdb.unfinished"));
  }
}

TEST_CASE("a new store, and a restored one, has its readers' file before anybody else could make it theirs") {
  const TemporaryDirectory directory;
  fill(directory.path("store"), 1, 1);
  store::restore(directory.path("store"), directory.path("restored"));
  struct stat data {};
  struct stat readers {};
  REQUIRE(::stat(directory.path("restored/data.mdb").c_str(), &data) == 0);
  REQUIRE(::stat(directory.path("restored/lock.mdb").c_str(), &readers) == 0);
  CHECK(readers.st_mode == data.st_mode);
  CHECK(count(directory.path("restored")) == 10);
}

TEST_CASE("compact that is killed between its two renames loses nothing") {
  for (const int batches : {3, 4}) {
    const TemporaryDirectory directory;
    const std::string path = directory.path("store");
    fill(path, 1, batches);
    const auto before = static_cast<std::uint64_t>(batches) * 10;
    ReaderProcess reader{path};
    {
      Store store{path, Store::Mode::write};
      store.environment().copy_to(directory.path("copy"));
    }
    fs::rename(directory.path("copy"), path + "/data.mdb");
    CHECK(count(path) == before);
    CHECK(reader.count() == before);
    for (std::uint64_t more = 1; more < 4; ++more) {
      fill(path, 100 * more, 1);
      CHECK(count(path) == before + 10 * more);
      const std::uint64_t seen = reader.count();
      CHECK((seen == before || seen == ReaderProcess::kFailed));
    }
  }
}

TEST_CASE("restore to where a removed store is still being read") {
  for (const int batches : {3, 4}) {
    const TemporaryDirectory directory;
    const std::string path = directory.path("store");
    fill(path, 1, 2);
    {
      Store store{path, Store::Mode::read};
      store::back_up(store, directory.path("backup"));
    }
    fill(path, 50, batches);
    ReaderProcess reader{path};
    fs::remove(path + "/data.mdb");
    store::restore(directory.path("backup"), path);
    CHECK(count(path) == 20);
    fill(path, 100, 1);
    CHECK(count(path) == 30);
    CHECK(reader.count() == 20 + static_cast<std::uint64_t>(batches) * 10);
  }
}

TEST_CASE("a new store where a removed one is still being read") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("store");
  fill(path, 1, 3);
  ReaderProcess reader{path};
  fs::remove(path + "/data.mdb");
  fill(path, 100, 2);
  CHECK(count(path) == 20);
  CHECK(reader.count() == 30);
}

TEST_CASE("a data file that is put there by hand beside a reader of the former is read and written as it is") {
  for (const int batches : {1, 2, 5}) {
    const TemporaryDirectory directory;
    const std::string path = directory.path("store");
    fill(path, 1, 3);
    fill(directory.path("other"), 50, batches);
    const auto others = static_cast<std::uint64_t>(batches) * 10;
    ReaderProcess reader{path};
    fs::rename(directory.path("other/data.mdb"), path + "/data.mdb");
    fill(path, 100, 1);
    CHECK(count(path) == others + 10);
    fill(path, 101, 1);
    CHECK(count(path) == others + 20);
    CHECK(reader.count() == 30);
  }
}

TEST_CASE("a writer whose data file or readers' file is replaced, moved or removed stores nothing more, and says so") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("store");
  fill(path, 1, 2);
  fill(directory.path("other"), 50, 3);
  for (const std::string name : {"/data.mdb", "/lock.mdb"}) {
    CAPTURE(name);
    Store store{path, Store::Mode::write};
    fs::rename(path + name, directory.path("kept"));
    CHECK(kind_of([&] { add_events(store, 100, 5); }) == kReplaced);
    fs::copy_file(directory.path("other") + name, path + name);
    CHECK(kind_of([&] { add_events(store, 101, 5); }) == kReplaced);
    // Put back, it goes on.
    fs::rename(directory.path("kept"), path + name);
    CHECK(kind_of([&] { add_events(store, name == "/data.mdb" ? 102 : 103, 5); }) == -1);
  }
  CHECK(count(path) == 30);
}

TEST_CASE("a data file that is overwritten in place under a writer gets nothing more") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("store");
  fill(path, 1, 4);
  fill(directory.path("other"), 50, 1);
  const std::string other = bytes_of(directory.path("other/data.mdb"));
  Store store{path, Store::Mode::write};
  store::back_up(store, directory.path("backup"));  // Of what is there: its pages lie elsewhere all the same.
  const auto overwrite = [&](const std::string& bytes) {
    const store::Descriptor file{::open((path + "/data.mdb").c_str(), O_WRONLY | O_CLOEXEC)};
    REQUIRE(::pwrite(file.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    CHECK(kind_of([&] { static_cast<void>(store.environment().write()); }) == kReplaced);
  };
  overwrite(other);
  overwrite(bytes_of(directory.path("backup/data.mdb")));
}

TEST_CASE("a writer whose folder is moved away stores nothing more") {
  const TemporaryDirectory directory;
  Store store{directory.path("store"), Store::Mode::write};
  fs::rename(directory.path("store"), directory.path("moved"));
  CHECK(kind_of([&] { add_events(store, 1, 5); }) == kReplaced);
  fill(directory.path("store"), 2, 1);
  CHECK(kind_of([&] { add_events(store, 1, 5); }) == kReplaced);
  CHECK(count(directory.path("store")) == 10);
}

TEST_CASE("compact keeps owner and mode") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("store");
  fill(path, 1, 2);
  // Whoever may only read data.mdb needs to write lock.mdb: their modes differ.
  const std::array<std::pair<std::string, mode_t>, 2> files{{{"/data.mdb", 0604}, {"/lock.mdb", 0606}}};
  for (const auto& [name, mode] : files) {
    REQUIRE(::chmod((path + name).c_str(), mode) == 0);
    if (::geteuid() == 0) REQUIRE(::chown((path + name).c_str(), 65534, 12345) == 0);
  }
  store::shrink_file(path);
  for (const auto& [name, mode] : files) {
    struct stat after {};
    REQUIRE(::stat((path + name).c_str(), &after) == 0);
    CHECK((after.st_mode & 07777) == mode);
    if (::geteuid() == 0) CHECK(after.st_uid == 65534);
    if (::geteuid() == 0) CHECK(after.st_gid == 12345);
  }
}

TEST_CASE("a restore or backup that fails leaves nothing under its name") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("store");
  fill(path, 1, 3);
  {
    // A part whose bytes are wrong.
    Store store{path, Store::Mode::write};
    auto transaction = store.environment().write();
    std::string key;
    std::string part;
    transaction.scan(store::TableId::parts, {}, [&](std::string_view at, std::string_view bytes) {
      key = at;
      part = bytes;
      return false;
    });
    part[part.size() / 2] = static_cast<char>(part[part.size() / 2] ^ 1);
    transaction.put(store::TableId::parts, key, part);
    transaction.commit();
  }
  fs::create_directory(directory.path("empty"));
  CHECK(kind_of([&] { store::restore(path, directory.path("new")); }) == static_cast<int>(StoreErrorKind::corrupt));
  CHECK_FALSE(fs::exists(directory.path("new")));
  {
    Store store{path, Store::Mode::read};
    CHECK(kind_of([&] { store::back_up(store, directory.path("empty")); }) ==
          static_cast<int>(StoreErrorKind::corrupt));
    CHECK_FALSE(fs::exists(directory.path("empty/data.mdb")));
    CHECK_FALSE(fs::exists(directory.path("empty/data.mdb.unfinished")));
    CHECK(kind_of([&] { store::back_up(store, path); }) == kIo);
  }
}

TEST_CASE("what a killed compact, restore or backup left goes when the store is written to next") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("store");
  fill(path, 1, 1);
  directory.write("store/data.mdb.unfinished/data.mdb", "half");
  directory.write("store/data.mdb.new", "half, of an earlier version");
  fill(path, 2, 1);
  CHECK_FALSE(fs::exists(path + "/data.mdb.unfinished"));
  CHECK_FALSE(fs::exists(path + "/data.mdb.new"));
  CHECK(count(path) == 20);
}

TEST_CASE("links, pipes and devices are no store files: they are refused, not followed and not waited for") {
  for (const std::string name : {"data.mdb", "lock.mdb", "writer.lock"}) {
    CAPTURE(name);
    const TemporaryDirectory directory;
    const std::string path = directory.path("store");
    fill(path, 1, 1);
    directory.write("secret", "secret");
    const auto refused = [&] {
      CHECK(kind_of([&] { Store{path, Store::Mode::write}; }) == kIo);
      if (name != "writer.lock") CHECK(kind_of([&] { Store{path, Store::Mode::read}; }) == kIo);
    };
    fs::remove(path + "/" + name);
    fs::create_symlink(directory.path("secret"), path + "/" + name);
    refused();
    CHECK(bytes_of(directory.path("secret")) == "secret");
    fs::remove(path + "/" + name);
    fs::create_symlink(directory.path("nothing"), path + "/" + name);
    refused();
    CHECK_FALSE(fs::exists(directory.path("nothing")));
    fs::remove(path + "/" + name);
    REQUIRE(::mkfifo((path + "/" + name).c_str(), 0600) == 0);
    refused();
    fs::remove(path + "/" + name);
    fs::create_directory(path + "/" + name);
    refused();
  }
}

TEST_CASE("a writer.lock that is removed lets no second writer in, and the first makes it anew") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("store");
  Store store{path, Store::Mode::write};
  add_events(store, 1, 10);
  fs::remove(path + "/writer.lock");
  CHECK(kind_of([&] { Store{path, Store::Mode::write}; }) == kLocked);
  CHECK(kind_of([&] { store::restore(path, path); }) == kIo);
  CHECK(kind_of([&] { store::shrink_file(path); }) == kLocked);
  add_events(store, 2, 10);
  CHECK(bytes_of(path + "/writer.lock") == std::to_string(::getpid()) + "\n");
  // An earlier version, which locks only the file, gets it first.
  fs::remove(path + "/writer.lock");
  const store::Descriptor other{::open((path + "/writer.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)};
  REQUIRE(::flock(other.get(), LOCK_EX) == 0);
  CHECK(kind_of([&] { add_events(store, 3, 10); }) == kLocked);
}

TEST_CASE("nothing takes the place of a segment, part or entry that is there, and no segment's number comes again") {
  const TemporaryDirectory directory;
  Store store{directory.path("store"), Store::Mode::write};
  add_events(store, 1, 10);
  add_events(store, 2, 10);
  const auto numbers = [&] {
    std::vector<std::uint64_t> all;
    const auto snapshot = store.snapshot();
    for (const auto& segment : snapshot.segments()) all.push_back(segment.header().number);
    return all;
  };
  REQUIRE(numbers() == std::vector<std::uint64_t>{1, 2});
  {
    auto transaction = store.environment().write();
    CHECK(kind_of([&] { transaction.insert(store::TableId::segments, store::segment_key(2), "x"); }) == kReplaced);
  }
  {
    store::Writer writer{store};
    const auto snapshot = store.snapshot();
    writer.retain({{{&snapshot.segments()[1], std::vector<std::uint8_t>(10, 0), {}}}, {}, {}});
  }
  add_events(store, 3, 10);
  CHECK(numbers() == std::vector<std::uint64_t>{1, 3});
  // Parts that another merge is about to finish.
  {
    store::Writer writer{store};
    auto transaction = store.environment().write();
    transaction.insert(store::TableId::parts, store::part_key(9, 0), "x");
    CHECK(store::take_segment_number(transaction) == 10);
  }
}

TEST_CASE("a reader that was killed doesn't keep the file growing") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("store");
  fill(path, 1, 2);
  ReaderProcess reader{path};
  Store store{path, Store::Mode::write};
  const auto commit = [&](int times) {
    for (int i = 0; i < times; ++i) {
      auto transaction = store.environment().write();
      transaction.put(store::TableId::meta, "test", std::string(100000, static_cast<char>('a' + i % 20)));
      transaction.commit();
    }
  };
  commit(3);
  reader.kill();
  const std::uint64_t before = store.environment().file_bytes();
  commit(100);
  CHECK(store.environment().file_bytes() < before + 2'000'000);
}
