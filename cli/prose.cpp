#include "cli/prose.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/terminal.h"
#include "text/ascii.h"
#include "text/visible_text.h"

namespace trailkeeper::cli {
namespace {

constexpr std::string_view kUsageHeading = "Usage:";

std::size_t indentation(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

// Where the text behind a line's label begins, or the line itself.
std::size_t text_column(std::string_view line, std::size_t columns) {
  const std::size_t begin = indentation(line);
  const std::size_t gap = line.find("  ", begin);
  const std::size_t text = gap == text::npos ? text::npos : line.find_first_not_of(' ', gap);
  if (text == text::npos) return begin;
  const std::size_t column = display_width(line.substr(0, text));
  return column <= columns / 2 ? column : begin;
}

// How a line is broken.
struct Break {
  std::size_t columns;
  std::size_t indentation;     // Of what follows.
  std::string_view mark = {};  // At the end of what is broken.
  bool quotes = false;         // Text in quotes isn't broken.
};

// The end of the word that begins with text[at], blanks before it included.
std::size_t end_of_word(std::string_view text, std::size_t at, bool quotes) {
  at = std::min(text.find_first_not_of(' ', at), text.size());
  char quote = 0;
  for (; at < text.size() && (text[at] != ' ' || quote != 0); ++at) {
    const char c = text[at];
    if (!quotes || (c != '\'' && c != '"')) continue;
    if (quote == 0) {
      quote = c;
    } else if (quote == c) {
      quote = 0;
    }
  }
  return at;
}

// The end of what stays in one line: a word, or an option of a command with its value, if they fit one.
std::size_t end_of_part(std::string_view text, std::size_t at, const Break& how) {
  const std::size_t end = end_of_word(text, at, how.quotes);
  const std::string_view word = text.substr(at, end - at);
  const std::string_view behind = text.substr(end);
  const bool has_value = how.quotes && word.substr(indentation(word)).starts_with("--") && behind.size() > 1 &&
                         behind[1] != '-' && behind[1] != ' ';
  if (!has_value) return end;
  const std::size_t end_of_value = end_of_word(text, end, how.quotes);
  const std::size_t width = display_width(text.substr(at, end_of_value - at));
  return how.indentation + width + how.mark.size() <= how.columns ? end_of_value : end;
}

// Appends words behind what stands in the line so far, which is `used` wide.
void append_words(std::string_view text, const Break& how, std::size_t& used, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_part(text, at, how);
    std::string_view word = text.substr(at, end - at);
    at = end;
    // What the mark takes is needed by all words but the last.
    const std::size_t room = how.columns - std::min(how.columns, at < text.size() ? how.mark.size() : 0);
    if (used + display_width(word) > room && used > how.indentation) {
      word.remove_prefix(indentation(word));
      out.append(how.mark).append("\n").append(how.indentation, ' ');
      used = how.indentation;
    }
    out += word;
    used += display_width(word);
  }
}

// Zero where it is no terminal, or its width isn't known.
std::size_t stderr_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool is_examples(std::string_view line) { return line == "Example:" || line == "Examples:"; }

// A line that may go on in the next, or be the next.
bool is_paragraph(std::string_view line) {
  return !line.empty() && line.front() != ' ' && line.find("  ") == text::npos && !line.ends_with(':') &&
         !line.starts_with(kUsageHeading);
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t columns) {
  std::string out;
  std::size_t used = 0;
  bool commands = false;
  bool broken = false;  // The line before, of a paragraph: this one goes on behind it.
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const bool ends = end < text.size();
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    commands = !line.empty() && (commands || is_examples(line));
    const bool joined = broken && is_paragraph(line);
    if (broken && !joined) out += '\n';
    if (!joined) used = 0;
    const bool fits = used + display_width(line) + (joined ? 1 : 0) <= columns;
    if (fits && !joined) {
      out += line;
    } else if (commands && !is_examples(line)) {
      append_words(line, {columns, indentation(line) + 4, " \\", true}, used, out);
    } else {
      append_words(joined ? " " + std::string{line} : std::string{line}, {columns, text_column(line, columns)}, used,
                   out);
    }
    broken = ends && is_paragraph(line) && (joined || !fits) && !text.empty();
    if (ends && !broken) out += '\n';
  }
  return out;
}

void write_prose(Out& out, std::string_view text) {
  if (out.terminal() && !out.wide()) {
    out.write(wrapped(text::visible_lines(text), out.terminal()->columns));
  } else {
    out.write(text);
  }
}

void print_prose(std::string_view text) {
  const std::size_t columns = stderr_columns();
  const std::string fitting = columns > 0 ? wrapped(text, columns) : std::string{text};
  std::fwrite(fitting.data(), 1, fitting.size(), stderr);
}

}  // namespace trailkeeper::cli
