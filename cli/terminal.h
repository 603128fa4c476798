// The terminal behind standard output: whether there is one, its size, and how wide a text is on it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::cli {

/// Zero where unknown.
struct TerminalSize {
  std::size_t columns = 0;
  std::size_t rows = 0;
};

/// The size of the terminal that standard output is; nothing if it isn't one. If the terminal doesn't know its size,
/// $COLUMNS and $LINES count, else 80 columns.
std::optional<TerminalSize> stdout_terminal();

/// How many cells a character takes: 0 (combining), 1 or 2 (East Asian wide), as the C library's wcwidth has it for
/// UTF-8. 1 for one that isn't assigned.
std::size_t cells_of(char32_t code);

/// How many cells a text takes. Precondition: nothing in it acts on a terminal (text/visible_text.h).
std::size_t display_width(std::string_view text);

/// The text, or its beginning and an ellipsis, so that it takes at most `width` cells.
std::string cut_to_width(std::string_view text, std::size_t width);

}  // namespace trailkeeper::cli
