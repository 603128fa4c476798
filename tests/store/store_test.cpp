#include "store/store.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "store/byte_codec.h"
#include "store/writer.h"
#include "tests/support/padded.h"
#include "tests/support/random_event.h"
#include "tests/support/stored_events.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;
using store::Store;
using store::StoreError;
using store::StoreErrorKind;

namespace {

/// The error's kind; -1 if there was none.
template <typename Body>
int kind_of(Body&& body) {
  try {
    body();
  } catch (const StoreError& error) {
    CHECK(std::string{error.what()}.size() > 20);
    return static_cast<int>(error.kind());
  }
  return -1;
}

/// Runs in a process of its own; the result is its exit status.
template <typename Body>
int in_another_process(Body&& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::uint64_t event_count(const store::Snapshot& snapshot) {
  std::uint64_t count = 0;
  for (const auto& segment : snapshot.segments()) count += segment.size();
  return count;
}

}  // namespace

TEST_CASE("there is no store to read where none was made, and reading makes none") {
  const TemporaryDirectory directory;
  CHECK(kind_of([&] {
          Store{directory.path("none"), Store::Mode::read};
        }) == static_cast<int>(StoreErrorKind::missing));
  CHECK_FALSE(std::filesystem::exists(directory.path("none")));
  CHECK(kind_of([&] { Store{directory.path(), Store::Mode::read}; }) == static_cast<int>(StoreErrorKind::missing));
}

TEST_CASE("a store that can't be made says why") {
  const TemporaryDirectory directory;
  directory.write("file", "x");
  CHECK(kind_of([&] {
          Store{directory.path("file/store"), Store::Mode::write};
        }) == static_cast<int>(StoreErrorKind::io));
}

TEST_CASE("a new store is empty, keeps its seed, and what was committed is there when it is opened again") {
  const TemporaryDirectory directory;
  std::uint64_t seed = 0;
  {
    Store made{directory.path("a/b/store"), Store::Mode::write};
    seed = made.hash_seed();
    CHECK(event_count(made.snapshot()) == 0);
    add_events(made, 1, 50);
  }
  Store opened{directory.path("a/b/store"), Store::Mode::read};
  CHECK(opened.hash_seed() == seed);
  CHECK(event_count(opened.snapshot()) == 50);
}

TEST_CASE("one writer at a time, from this process or another; readers are welcome") {
  const TemporaryDirectory directory;
  {
    Store writer{directory.path(), Store::Mode::write};
    add_events(writer, 2, 20);
    CHECK(kind_of([&] { Store{directory.path(), Store::Mode::write}; }) == static_cast<int>(StoreErrorKind::locked));
    CHECK(in_another_process([&] {
            try {
              Store{directory.path(), Store::Mode::write};
            } catch (const StoreError& error) {
              return error.kind() == StoreErrorKind::locked ? 7 : 8;
            }
            return 9;
          }) == 7);
  }
  Store again{directory.path(), Store::Mode::write};
  CHECK(event_count(again.snapshot()) == 20);
}

TEST_CASE("another process reads while this one writes, and sees each commit whole") {
  const TemporaryDirectory directory;
  { Store{directory.path(), Store::Mode::write}; }
  int go[2];
  REQUIRE(::pipe(go) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 0;
    try {
      Store reader{directory.path(), Store::Mode::read};
      char one = 0;
      while (status == 0 && ::read(go[0], &one, 1) == 1 && one == 'x') {
        const std::uint64_t count = event_count(reader.snapshot());
        if (count % 25 != 0) status = 1;
      }
      if (event_count(reader.snapshot()) != 250) status = 2;
    } catch (const std::exception&) {
      status = 3;
    }
    ::_exit(status);
  }
  {
    Store writer{directory.path(), Store::Mode::write};
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      REQUIRE(::write(go[1], "x", 1) == 1);
      add_events(writer, 100 + seed, 25);
    }
    REQUIRE(::write(go[1], "q", 1) == 1);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
  ::close(go[0]);
  ::close(go[1]);
}

TEST_CASE("a snapshot doesn't change with later commits") {
  const TemporaryDirectory directory;
  Store store{directory.path(), Store::Mode::write};
  add_events(store, 3, 10);
  const auto before = store.snapshot();
  add_events(store, 4, 10);
  CHECK(event_count(before) == 10);
  CHECK(event_count(store.snapshot()) == 20);
}

TEST_CASE("a store of a newer format is refused, for reading and for writing") {
  const TemporaryDirectory directory;
  {
    Store store{directory.path(), Store::Mode::write};
    auto transaction = store.environment().write();
    std::string format_key;
    transaction.scan(store::TableId::meta, {}, [&](std::string_view key, std::string_view value) {
      std::string version;
      store::put_fixed(std::uint64_t{store::kFormatVersion}, version);
      if (value == version) format_key = key;
      return true;
    });
    REQUIRE_FALSE(format_key.empty());
    std::string newer;
    store::put_fixed(std::uint64_t{store::kFormatVersion + 1}, newer);
    transaction.put(store::TableId::meta, format_key, newer);
    transaction.commit();
  }
  CHECK(kind_of([&] { Store{directory.path(), Store::Mode::read}; }) == static_cast<int>(StoreErrorKind::newer_format));
  CHECK(kind_of([&] {
          Store{directory.path(), Store::Mode::write};
        }) == static_cast<int>(StoreErrorKind::newer_format));
}

TEST_CASE("a data file that isn't one is an error, not a crash") {
  const TemporaryDirectory directory;
  { Store{directory.path(), Store::Mode::write}; }
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    if (entry.path().filename().string().find("lock") != std::string::npos) continue;
    directory.write(entry.path().filename().string(), std::string(100000, 'x'));
  }
  CHECK(kind_of([&] { Store{directory.path(), Store::Mode::read}; }) >= 0);
  CHECK(kind_of([&] { Store{directory.path(), Store::Mode::write}; }) >= 0);
}

TEST_CASE("a transaction that isn't committed changes nothing") {
  const TemporaryDirectory directory;
  Store store{directory.path(), Store::Mode::write};
  {
    auto transaction = store.environment().write();
    transaction.put(store::TableId::meta, "k", "v");
  }
  CHECK_FALSE(store.environment().read().get(store::TableId::meta, "k").has_value());
  {
    auto transaction = store.environment().write();
    transaction.put(store::TableId::meta, "k", "v");
    transaction.commit();
  }
  CHECK(store.environment().read().get(store::TableId::meta, "k") == "v");
}

TEST_CASE("a copy holds the same events") {
  const TemporaryDirectory directory;
  Store store{directory.path("a"), Store::Mode::write};
  add_events(store, 5, 100);
  std::filesystem::create_directory(directory.path("b"));
  store.environment().copy_to(directory.path("b/data.mdb"));
  Store copy{directory.path("b"), Store::Mode::read};
  CHECK(event_count(copy.snapshot()) == 100);
}

TEST_CASE("what an interrupted merge left behind is removed by the next writer") {
  const TemporaryDirectory directory;
  Store store{directory.path(), Store::Mode::write};
  add_events(store, 6, 10);
  {
    auto transaction = store.environment().write();
    transaction.put(store::TableId::parts, store::part_key(900, 0), "left");
    transaction.commit();
  }
  const auto parts = store.environment().read().count(store::TableId::parts);
  const store::Writer writer{store};
  CHECK(store.environment().read().count(store::TableId::parts) == parts - 1);
  CHECK(event_count(store.snapshot()) == 10);
}
