// Rows for people and for programs.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace trailkeeper::cli {

/// Writes to stdout through one large buffer; throws if stdout can't take it (a full disk, say).
class Out {
 public:
  ~Out();
  Out() = default;
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;

  void write(std::string_view bytes);
  void flush();

 private:
  std::string buffer_;
};

/// A value of a row: how a table and CSV show it, and its JSON.
struct Cell {
  std::string text;
  std::string json;

  static Cell of(std::string_view text);
  static Cell of(std::uint64_t number);
  static Cell absent();
};

struct Column {
  std::string name;
  bool right = false;     ///< Numbers are aligned to the right.
  std::size_t width = 0;  ///< At least, in a table.
};

/// Prints rows in the format asked for: a table (header in bold on a terminal, unless NO_COLOR is set), a JSON array of
/// objects, an object a line, CSV (RFC 4180), or, for `raw`, values separated by tabs. Rows appear as they come; a
/// table takes its widths from the first thousand.
class RowWriter {
 public:
  RowWriter(Out& out, Format format, std::vector<Column> columns);
  void row(std::vector<Cell> cells);
  /// Prints the rows so far now; a table keeps the widths that it has then.
  void show();
  /// Must be called at the end.
  void finish();

 private:
  void write_table_row(const std::vector<std::string>& texts, bool header);
  void settle_widths();

  Out& out_;
  Format format_;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> waiting_;
  std::vector<std::size_t> widths_;
  bool settled_ = false;
  std::uint64_t rows_ = 0;
};

/// Whether to print escape sequences to stdout.
bool stdout_takes_colour();

/// `1234567` as `1,234,567`.
std::string grouped(std::uint64_t number);

/// `123456789` as `123.5 MB`.
std::string byte_text(std::uint64_t bytes);

}  // namespace trailkeeper::cli
