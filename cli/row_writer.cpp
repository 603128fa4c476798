#include "cli/row_writer.h"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "text/csv.h"
#include "text/json_text.h"
#include "text/visible_text.h"

namespace trailkeeper::cli {
namespace {

constexpr std::size_t kRowsForWidths = 1000;
constexpr std::string_view kGap = "  ";
constexpr std::size_t kLeastWidth = 10;    // Of a value that is cut.
constexpr std::size_t kLongestWhole = 40;  // A GUID has 36; an ID that a stranger made longer mustn't break the table.

std::string upper_case(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

// A number is a figure; other JSON than a string has its own strings.
void hide_secrets(const query::ShownEvents& shown, Cell& cell) {
  std::string text = shown.text(cell.text);
  if (cell.json.starts_with('"')) {
    if (text == cell.text) return;
    cell.json.clear();
    text::append_quoted(text, cell.json);
  } else if (cell.json.starts_with('{') || cell.json.starts_with('[')) {
    cell.json = shown.text(cell.json);
  } else {
    return;
  }
  cell.text.swap(text);
}

}  // namespace

Cell Cell::of(std::string_view text) {
  Cell cell{std::string{text}, {}};
  text::append_quoted(text, cell.json);
  return cell;
}

Cell Cell::of(std::uint64_t number) { return {std::to_string(number), std::to_string(number), true}; }

Cell Cell::shown(std::string_view text) {
  Cell cell = of(text);
  cell.is_shown = true;
  return cell;
}

Cell Cell::time(text::Timestamp time) {
  Cell cell = shown(text::format_timestamp(time));
  cell.is_whole = true;
  return cell;
}

Cell Cell::id(std::string_view id) {
  Cell cell = shown_or_absent(id);
  cell.is_whole = true;
  return cell;
}

Cell Cell::absent() { return {"", "null", true}; }

Cell text_or_absent(std::string_view text) { return text.empty() ? Cell::absent() : Cell::of(text); }
Cell shown_or_absent(std::string_view text) { return text.empty() ? Cell::absent() : Cell::shown(text); }

RowWriter::RowWriter(Out& out, std::vector<Column> columns, std::string nothing)
    : out_(out), nothing_(std::move(nothing)), columns_(std::move(columns)) {
  if (out_.terminal() && !out_.wide()) limit_ = out_.terminal()->columns;
  const bool details = out_.format() != Format::table || out_.wide();
  for (const Column& column : columns_) left_out_.push_back(column.detail && !details);
  if (!details) std::erase_if(columns_, [](const Column& column) { return column.detail; });
  if (out_.format() != Format::csv) return;
  std::string header;
  for (const Column& column : columns_) {
    if (!header.empty()) header.push_back(',');
    text::append_csv_field(column.name, header);
  }
  out_.write(header + (out_.terminal() ? "\n" : "\r\n"));
}

void RowWriter::row(std::vector<Cell> cells) {
  for (std::size_t i = cells.size(); i-- > 0;) {
    if (left_out_.at(i)) cells.erase(cells.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (std::size_t i = 0; out_.shown() && i < cells.size(); ++i) {
    if (!cells[i].is_shown) hide_secrets(*out_.shown(), cells[i]);
  }
  for (std::size_t i = 0; i < cells.size(); ++i) columns_[i].whole = columns_[i].whole || cells[i].is_whole;
  std::string line;
  const bool first = rows_++ == 0;
  switch (out_.format()) {
    case Format::json:
    case Format::ndjson:
      if (out_.format() == Format::json) line += first ? "[" : ",\n ";
      line.push_back('{');
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line.push_back(',');
        text::append_quoted(columns_[i].name, line);
        line.push_back(':');
        line += cells[i].json;
      }
      line.push_back('}');
      if (out_.format() == Format::ndjson) line.push_back('\n');
      break;
    case Format::csv:
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line.push_back(',');
        text::append_csv_field(cells[i].text, line);
      }
      line += out_.terminal() ? "\n" : "\r\n";
      break;
    case Format::raw:
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line.push_back('\t');
        text::append_visible(cells[i].text, line);
      }
      line.push_back('\n');
      break;
    case Format::table: table_row(cells); return;
  }
  out_.write(line);
}

void RowWriter::table_row(const std::vector<Cell>& cells) {
  std::vector<std::string> texts;
  texts.reserve(cells.size());
  for (const Cell& cell : cells) {
    std::string text = cell.json == "null" ? "-" : text::visible(cell.text);
    // No line holds more; rows that wait for their widths needn't either.
    const std::size_t most = columns_[texts.size()].whole ? kLongestWhole : std::max(limit_, kLeastWidth);
    texts.push_back(limit_ == 0 || columns_[texts.size()].right ? std::move(text) : cut_to_width(text, most));
  }
  if (layout_ != Layout::unsettled) {
    write_row(texts);
    return;
  }
  waiting_.push_back(std::move(texts));
  if (waiting_.size() >= kRowsForWidths) settle();
}

void RowWriter::settle() {
  layout_ = Layout::table;
  for (const Column& column : columns_) widths_.push_back(std::max(column.width, display_width(column.name)));
  for (const auto& texts : waiting_) {
    for (std::size_t i = 0; i < texts.size(); ++i) widths_[i] = std::max(widths_[i], display_width(texts[i]));
  }
  if (limit_ > 0) fit_widths();
  if (layout_ == Layout::table) {
    std::vector<std::string> header;
    for (const Column& column : columns_) header.push_back(upper_case(column.name));
    write_table_row(header, true);
  }
  for (const auto& texts : waiting_) write_row(texts);
  waiting_.clear();
}

// The widest columns give way first, down to what still says something; if that isn't enough, records.
void RowWriter::fit_widths() {
  const auto least = [this](std::size_t i) { return never_cut(i) ? widths_[i] : std::min(widths_[i], kLeastWidth); };
  const std::size_t gaps = kGap.size() * (columns_.size() - 1);
  std::size_t needed = gaps;
  for (std::size_t i = 0; i < columns_.size(); ++i) needed += least(i);
  if (needed > limit_) {
    layout_ = Layout::records;
    return;
  }
  std::size_t total = std::accumulate(widths_.begin(), widths_.end(), gaps);
  for (; total > limit_; --total) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool gives_way = widths_[i] > least(i);
      if (gives_way && (widest == columns_.size() || widths_[i] > widths_[widest])) widest = i;
    }
    --widths_[widest];
  }
}

void RowWriter::write_row(const std::vector<std::string>& texts) {
  if (layout_ == Layout::records) {
    write_record(texts);
  } else {
    write_table_row(texts, false);
  }
}

void RowWriter::write_table_row(const std::vector<std::string>& texts, bool header) {
  std::vector<std::size_t> own;
  std::size_t total = kGap.size() * (texts.size() - 1);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    own.push_back(display_width(texts[i]));
    total += i + 1 < texts.size() || columns_[i].right ? std::max(own[i], widths_[i]) : own[i];
  }
  const bool too_long = limit_ > 0 && total > limit_;
  std::string line;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const bool cut = too_long && own[i] > widths_[i] && (header || !never_cut(i));
    const std::string text = cut ? cut_to_width(texts[i], widths_[i]) : texts[i];
    const std::size_t width = cut ? display_width(text) : own[i];
    const std::string padding(widths_[i] > width ? widths_[i] - width : 0, ' ');
    if (i > 0) line += kGap;
    if (columns_[i].right) line += padding;
    line += text;
    if (!columns_[i].right && i + 1 < texts.size()) line += padding;
  }
  if (header) {
    out_.write_bold(line);
    line.clear();
  }
  out_.write(line + "\n");
}

// The names to the left, as narrow as half a line if need be, the values beside them; a blank line between records.
void RowWriter::write_record(const std::vector<std::string>& texts) {
  std::size_t label = 0;
  for (const Column& column : columns_) label = std::max(label, display_width(column.name));
  label = std::min(label, std::max(kLeastWidth, limit_ / 2));
  const std::size_t room = limit_ > label + kGap.size() ? limit_ - label - kGap.size() : 0;
  if (records_++ > 0) out_.write("\n");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string name = cut_to_width(upper_case(columns_[i].name), label);
    out_.write_bold(name);
    const std::string padding(label - std::min(label, display_width(name)), ' ');
    const std::string text = never_cut(i) ? texts[i] : cut_to_width(texts[i], std::max(room, kLeastWidth));
    out_.write(padding + std::string{kGap} + text + "\n");
  }
}

void RowWriter::show() {
  if (out_.format() == Format::table && layout_ == Layout::unsettled) settle();
  out_.flush();
}

void RowWriter::finish() {
  if (out_.format() == Format::table && layout_ == Layout::unsettled) {
    if (!empty()) {
      settle();
    } else if (!nothing_.empty()) {
      out_.write(nothing_ + "\n");
    }
  }
  if (out_.format() == Format::json) out_.write(rows_ == 0 ? "[]\n" : "]\n");
  out_.flush();
}

}  // namespace trailkeeper::cli
