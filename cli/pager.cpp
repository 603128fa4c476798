#include "cli/pager.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace trailkeeper::cli {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};

// For the signal handler.
std::atomic<int> g_fd{-1};
std::atomic<pid_t> g_process{-1};

extern "C" void end_after_pager(int signal) {
  constexpr int kEndedBySignal = 128;
  if (const int fd = g_fd.exchange(-1); fd >= 0) ::close(fd);
  if (const pid_t process = g_process.exchange(-1); process > 0) {
    while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  ::_exit(kEndedBySignal + signal);
}

bool is_installed(std::string_view program) {
  const char* const path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const std::size_t end = rest.find(':');
    const std::string file = std::string{rest.substr(0, end)} + "/" + std::string{program};
    if (::access(file.c_str(), X_OK) == 0) return true;
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return false;
}

// This process's, with what the usual pagers need to be told.
std::vector<std::string> pager_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  if (std::getenv("LESS") == nullptr) variables.emplace_back("LESS=FRX");
  if (std::getenv("LV") == nullptr) variables.emplace_back("LV=-c");
  return variables;
}

pid_t spawn_reading(const std::string& command, int input) {
  std::vector<std::string> variables = pager_environment();
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::string shell = "sh";
  std::string option = "-c";
  std::string text = command;
  const std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  // This program ignores SIGPIPE, and a child would inherit that.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t process = -1;
  const int failed = ::posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments.data(), environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error(std::string{"cannot start the pager: "} + std::strerror(failed));
  return process;
}

}  // namespace

std::string pager_command() {
  if (const char* const named = std::getenv("PAGER"); named != nullptr) {
    return std::string_view{named} == "cat" ? "" : named;
  }
  for (const char* program : {"less", "more"}) {
    if (is_installed(program)) return program;
  }
  return {};
}

Pager::Pager(const std::string& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error(std::string{"cannot start the pager: "} + std::strerror(errno));
  }
  fd_ = ends[1];
  try {
    process_ = spawn_reading(command, ends[0]);
  } catch (...) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw;
  }
  ::close(ends[0]);
  g_fd = fd_;
  g_process = process_;
  for (const int signal : kSignals) std::signal(signal, end_after_pager);
}

Pager::~Pager() { wait(); }

bool Pager::wait() {
  constexpr int kCannotRun = 126;
  constexpr int kNotFound = 127;
  if (process_ < 0) return true;
  if (g_fd.exchange(-1) >= 0) ::close(fd_);
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  g_process = -1;
  process_ = -1;
  for (const int signal : kSignals) std::signal(signal, SIG_DFL);
  return !WIFEXITED(status) || (WEXITSTATUS(status) != kCannotRun && WEXITSTATUS(status) != kNotFound);
}

}  // namespace trailkeeper::cli
