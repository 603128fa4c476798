#include "cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cli/pager.h"
#include "text/visible_text.h"

namespace trailkeeper::cli {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;

}  // namespace

Out::Out(const GlobalOptions& global, Length length)
    : format_(global.format),
      wide_(global.wide),
      may_page_(length == Length::list && !global.no_pager),
      terminal_(stdout_terminal()) {
  may_page_ = may_page_ && terminal_.has_value();
}

Out::~Out() {
  try {
    finish();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): an error on the way out was reported already.
  }
}

void Out::write(std::string_view bytes) {
  switch (format_) {
    case Format::json:
    case Format::ndjson: text::append_visible_json(bytes, buffer_); break;
    case Format::table: buffer_ += text::visible_lines(bytes); break;
    case Format::csv:
    case Format::raw:
      if (terminal_) {
        buffer_ += text::visible_lines(bytes);
      } else {
        buffer_ += bytes;
      }
  }
  if (buffer_.size() >= kBufferBytes) flush();
}

void Out::write_bold(std::string_view text) {
  const bool bold = terminal_ && std::getenv("NO_COLOR") == nullptr;
  if (bold) buffer_ += "\x1b[1m";
  write(text);
  if (bold) buffer_ += "\x1b[0m";
}

void Out::flush() {
  // What fits the screen so far is held back: whether a pager is needed shows with what follows, or at the end.
  if (may_page_) {
    if (fits_screen()) return;
    may_page_ = false;
    const std::string command = pager_command();
    if (!command.empty()) pager_ = std::make_unique<Pager>(command);
  }
  write_out(buffer_);
  buffer_.clear();
}

// A line that is longer than the screen is wide takes several of its rows. One row is for the prompt behind.
bool Out::fits_screen() const {
  if (terminal_->rows == 0) return false;
  std::size_t rows = 1;
  std::string_view rest = buffer_;
  while (!rest.empty() && rows <= terminal_->rows) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    rows += std::max<std::size_t>(1, (end + terminal_->columns - 1) / terminal_->columns);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return rows <= terminal_->rows;
}

void Out::write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(pager_ ? pager_->fd() : STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int failed = errno;
      buffer_.clear();
      if (failed != EPIPE) {
        throw std::runtime_error(std::string{"cannot write to standard output: "} + std::strerror(failed));
      }
      finish();
      throw OutputClosed{};
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Out::finish() {
  flush();
  may_page_ = false;
  flush();
  if (!pager_) return;
  const bool ran = pager_->wait();
  pager_.reset();
  if (!ran) throw std::runtime_error("the pager '" + pager_command() + "' can't be run; set PAGER, or give --no-pager");
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string byte_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits{"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace trailkeeper::cli
