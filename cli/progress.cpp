#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "cli/output.h"

namespace trailkeeper::cli {

ProgressLine::ProgressLine(const ingest::ReplayProgress& progress) : progress_(progress) {
  if (::isatty(STDERR_FILENO) == 1) thread_ = std::thread{[this] { run(); }};
}

ProgressLine::~ProgressLine() { stop(); }

void ProgressLine::stop() {
  stopped_ = true;
  if (!thread_.joinable()) return;
  thread_.join();
  std::fputs("\r\x1b[K", stderr);
}

void ProgressLine::run() {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  auto shown = begin;
  while (!stopped_) {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    const auto now = Clock::now();
    if (now - shown < std::chrono::milliseconds{250}) continue;
    shown = now;
    const double seconds = std::chrono::duration<double>(now - begin).count();
    const std::uint64_t events = progress_.events;
    const std::uint64_t stored = progress_.stored_bytes;
    const std::uint64_t total = progress_.total_bytes;
    std::string line = fmt::format("{} events  {}  {}/s", grouped(events), byte_text(progress_.bytes),
                                   grouped(static_cast<std::uint64_t>(static_cast<double>(events) / seconds)));
    if (total > 0 && stored > 0 && stored <= total) {
      const double left = seconds * static_cast<double>(total - stored) / static_cast<double>(stored);
      line += fmt::format("  {:.0f} %  ETA {}:{:02}", 100.0 * static_cast<double>(stored) / static_cast<double>(total),
                          static_cast<int>(left) / 60, static_cast<int>(left) % 60);
    }
    std::fputs(("\r\x1b[K" + line).c_str(), stderr);
    std::fflush(stderr);
  }
}

}  // namespace trailkeeper::cli
