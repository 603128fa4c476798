// The only way to standard output.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/terminal.h"
#include "query/shown_event.h"

namespace trailkeeper::cli {

class Pager;

/// Nobody reads standard output any more: its reader, such as a pager or `head`, has ended. That is not a failure.
class OutputClosed : public std::runtime_error {
 public:
  OutputClosed() : std::runtime_error("standard output was closed") {}
};

/// Writes to stdout through one large buffer. Nothing that acts on a terminal gets past it, whoever wrote it: in a
/// table and on a terminal such characters are made visible, in JSON they are escaped; csv and raw go into pipes and
/// files as they are (text/visible_text.h). Not thread-safe.
class Out {
 public:
  enum class Length { short_text, list };

  /// A list that doesn't fit the terminal's screen goes through the pager, unless --no-pager was given.
  explicit Out(const GlobalOptions& global, Length length = Length::short_text);
  /// The same, of rows (cli/row_writer.h) that show nothing confidential of a store's.
  Out(const GlobalOptions& global, Length length, query::ShownEvents shown) : Out{global, length} {
    shown_.emplace(std::move(shown));
  }
  /// Flushes, and waits until the reader has left the pager.
  ~Out();
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;

  /// Precondition: a character isn't split between two calls. Throws OutputClosed, and std::runtime_error if stdout
  /// can't take it (a full disk, say).
  void write(std::string_view bytes);
  /// In bold, if it is a terminal that takes colour (NO_COLOR isn't set).
  void write_bold(std::string_view text);
  /// Writes what is buffered, except a list that might still fit the screen.
  void flush();

  /// What shows rows, if they are from a store.
  [[nodiscard]] const std::optional<query::ShownEvents>& shown() const { return shown_; }

  [[nodiscard]] Format format() const { return format_; }
  /// The terminal on which people will see this, directly or through a pager.
  [[nodiscard]] const std::optional<TerminalSize>& terminal() const { return terminal_; }
  /// Long values are to be printed whole.
  [[nodiscard]] bool wide() const { return wide_; }

 private:
  void write_out(std::string_view bytes);
  void finish();
  [[nodiscard]] bool fits_screen() const;

  Format format_;
  bool wide_;
  bool may_page_;
  std::optional<TerminalSize> terminal_;
  std::optional<query::ShownEvents> shown_;
  std::unique_ptr<Pager> pager_;
  std::string buffer_;
};

/// `1234567` as `1,234,567`.
std::string grouped(std::uint64_t number);

/// `123456789` as `123.5 MB`.
std::string byte_text(std::uint64_t bytes);

}  // namespace trailkeeper::cli
