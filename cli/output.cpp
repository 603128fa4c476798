#include "cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "event/json_text.h"

namespace trailkeeper::cli {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;
constexpr std::size_t kRowsForWidths = 1000;

// Event values come from outside: control characters must not reach a terminal.
std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool c1_control =
        c == 0xC2 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xE0U) == 0x80U;
    if (c < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02x}", c);
    } else if (c1_control) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// Characters, not bytes: enough for alignment of what CloudTrail holds.
std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void append_csv(std::string_view text, std::string& out) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out.append(text);
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace

Out::~Out() {
  try {
    flush();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): an error on the way out was reported already.
  }
}

void Out::write(std::string_view bytes) {
  buffer_.append(bytes);
  if (buffer_.size() >= kBufferBytes) flush();
}

void Out::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      buffer_.clear();
      throw std::runtime_error(std::string{"cannot write to standard output: "} + std::strerror(errno));
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

Cell Cell::of(std::string_view text) {
  Cell cell{std::string{text}, {}};
  event::append_quoted(text, cell.json);
  return cell;
}

Cell Cell::of(std::uint64_t number) { return {std::to_string(number), std::to_string(number)}; }

Cell Cell::absent() { return {"", "null"}; }

bool stdout_takes_colour() { return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr; }

RowWriter::RowWriter(Out& out, Format format, std::vector<Column> columns)
    : out_(out), format_(format), columns_(std::move(columns)) {
  if (format_ != Format::csv) return;
  std::string header;
  for (const Column& column : columns_) {
    if (!header.empty()) header.push_back(',');
    append_csv(column.name, header);
  }
  out_.write(header + "\r\n");
}

void RowWriter::row(std::vector<Cell> cells) {
  std::string line;
  const bool first = rows_++ == 0;
  switch (format_) {
    case Format::json:
    case Format::ndjson:
      if (format_ == Format::json) line += first ? "[" : ",\n ";
      line.push_back('{');
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line.push_back(',');
        event::append_quoted(columns_[i].name, line);
        line.push_back(':');
        line += cells[i].json;
      }
      line.push_back('}');
      if (format_ == Format::ndjson) line.push_back('\n');
      break;
    case Format::csv:
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line.push_back(',');
        append_csv(cells[i].text, line);
      }
      line += "\r\n";
      break;
    case Format::raw:
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line.push_back('\t');
        line += printable(cells[i].text);
      }
      line.push_back('\n');
      break;
    case Format::table: {
      std::vector<std::string> texts;
      texts.reserve(cells.size());
      for (const Cell& cell : cells) texts.push_back(cell.json == "null" ? "-" : printable(cell.text));
      if (settled_) {
        write_table_row(texts, false);
      } else {
        waiting_.push_back(std::move(texts));
        if (waiting_.size() >= kRowsForWidths) settle_widths();
      }
      return;
    }
  }
  out_.write(line);
}

void RowWriter::settle_widths() {
  settled_ = true;
  for (const Column& column : columns_) widths_.push_back(std::max(column.width, display_width(column.name)));
  for (const auto& texts : waiting_) {
    for (std::size_t i = 0; i < texts.size(); ++i) widths_[i] = std::max(widths_[i], display_width(texts[i]));
  }
  std::vector<std::string> header;
  for (const Column& column : columns_) {
    std::string name = column.name;
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    header.push_back(std::move(name));
  }
  write_table_row(header, true);
  for (const auto& texts : waiting_) write_table_row(texts, false);
  waiting_.clear();
}

void RowWriter::write_table_row(const std::vector<std::string>& texts, bool header) {
  std::string line;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::size_t width = display_width(texts[i]);
    const std::string padding(widths_[i] > width ? widths_[i] - width : 0, ' ');
    if (i > 0) line += "  ";
    if (columns_[i].right) line += padding;
    line += texts[i];
    if (!columns_[i].right && i + 1 < texts.size()) line += padding;
  }
  const bool bold = header && stdout_takes_colour();
  out_.write(bold ? "\x1b[1m" + line + "\x1b[0m\n" : line + "\n");
}

void RowWriter::show() {
  if (format_ == Format::table && !settled_) settle_widths();
  out_.flush();
}

void RowWriter::finish() {
  if (format_ == Format::table && !settled_) settle_widths();
  if (format_ == Format::json) out_.write(rows_ == 0 ? "[]\n" : "]\n");
  out_.flush();
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
