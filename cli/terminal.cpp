#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <cwchar>

#include "text/utf8.h"

namespace trailkeeper::cli {
namespace {

constexpr std::size_t kUsualColumns = 80;
constexpr std::string_view kEllipsis = "…";

std::size_t number_in_environment(const char* name) {
  const char* const text = std::getenv(name);
  std::size_t number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

// Widths are known to the C library by locale; this one is built into Debian's.
locale_t utf8_locale() {
  static const locale_t kLocale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return kLocale;
}

/// The characters' locale of this thread, for as long as it lives.
class Utf8Widths {
 public:
  Utf8Widths() : before_(utf8_locale() == nullptr ? nullptr : ::uselocale(utf8_locale())) {}
  ~Utf8Widths() {
    if (before_ != nullptr) ::uselocale(before_);
  }
  Utf8Widths(const Utf8Widths&) = delete;
  Utf8Widths& operator=(const Utf8Widths&) = delete;

  [[nodiscard]] std::size_t of(char32_t code) const {
    if (code < 0x7F || before_ == nullptr) return 1;
    const int width = ::wcwidth(static_cast<wchar_t>(code));
    return width < 0 ? 1 : static_cast<std::size_t>(width);
  }

 private:
  locale_t before_;
};

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::optional<TerminalSize> stdout_terminal() {
  if (::isatty(STDOUT_FILENO) != 1) return std::nullopt;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) size = {};
  TerminalSize terminal{size.ws_col, size.ws_row};
  if (terminal.columns == 0) terminal.columns = number_in_environment("COLUMNS");
  if (terminal.columns == 0) terminal.columns = kUsualColumns;
  if (terminal.rows == 0) terminal.rows = number_in_environment("LINES");
  return terminal;
}

std::size_t cells_of(char32_t code) { return Utf8Widths{}.of(code); }

std::size_t display_width(std::string_view text) {
  if (is_ascii(text)) return text.size();
  const Utf8Widths widths;
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const text::Utf8Character character = text::utf8_at(text, at);
    width += character.bytes == 0 ? 1 : widths.of(character.code);
    at += std::max<std::size_t>(character.bytes, 1);
  }
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  if (text.size() <= width) return std::string{text};  // No character takes more cells than bytes.
  if (width == 0) return {};
  const Utf8Widths widths;
  std::size_t used = 0;
  std::size_t end = 0;  // Behind what still leaves a cell for the ellipsis.
  for (std::size_t at = 0; at < text.size();) {
    const text::Utf8Character character = text::utf8_at(text, at);
    used += character.bytes == 0 ? 1 : widths.of(character.code);
    if (used > width) return std::string{text.substr(0, end)}.append(kEllipsis);
    at += std::max<std::size_t>(character.bytes, 1);
    if (used < width) end = at;
  }
  return std::string{text};
}

}  // namespace trailkeeper::cli
