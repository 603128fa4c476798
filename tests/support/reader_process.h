// Another process that has a store open for reading, as long as it is told to.
#pragma once

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>

#include "store/store.h"

namespace trailkeeper::tests {

/// To be made before this process opens the store: a child would inherit the lock.
class ReaderProcess {
 public:
  static constexpr std::uint64_t kFailed = ~std::uint64_t{0};

  explicit ReaderProcess(const std::string& directory) {
    int commands[2];
    int answers[2];
    REQUIRE(::pipe(commands) == 0);
    REQUIRE(::pipe(answers) == 0);
    child_ = ::fork();
    if (child_ == 0) {
      ::close(commands[1]);
      serve(directory, commands[0], answers[1]);
      ::_exit(0);
    }
    ::close(commands[0]);
    ::close(answers[1]);
    command_ = commands[1];
    answer_ = answers[0];
    opened_ = take_answer();
  }
  ~ReaderProcess() {
    kill();
    ::close(command_);
    ::close(answer_);
  }
  ReaderProcess(const ReaderProcess&) = delete;
  ReaderProcess& operator=(const ReaderProcess&) = delete;

  /// How many events it saw when it opened the store; kFailed if it couldn't.
  [[nodiscard]] std::uint64_t opened() const { return opened_; }
  /// How many events it sees in a new snapshot, which it keeps until the next.
  std::uint64_t count() {
    REQUIRE(::write(command_, "c", 1) == 1);
    return take_answer();
  }
  /// Ends it as kill -9 does.
  void kill() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }

 private:
  static void serve(const std::string& directory, int commands, int answers) {
    std::optional<store::Store> opened;
    std::optional<store::Snapshot> snapshot;
    char command = 'c';
    do {
      std::uint64_t count = 0;
      try {
        if (!opened) opened.emplace(directory, store::Store::Mode::read);
        snapshot.reset();
        snapshot.emplace(opened->snapshot());
        for (const store::Segment& segment : snapshot->segments()) count += segment.size();
      } catch (const std::exception&) {
        count = kFailed;
      }
      if (::write(answers, &count, sizeof count) != sizeof count) return;
    } while (::read(commands, &command, 1) == 1);
  }
  std::uint64_t take_answer() {
    std::uint64_t count = 0;
    REQUIRE(::read(answer_, &count, sizeof count) == sizeof count);
    return count;
  }

  pid_t child_ = -1;
  int command_ = -1;
  int answer_ = -1;
  std::uint64_t opened_ = 0;
};

}  // namespace trailkeeper::tests
