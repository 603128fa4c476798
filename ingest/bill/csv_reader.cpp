#include "ingest/bill/csv_reader.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "text/ascii.h"
#include "text/utf8.h"

namespace trailkeeper::ingest {
namespace {

const char* find(const char* from, const char* end, char wanted) {
  const auto* found = static_cast<const char*>(std::memchr(from, wanted, static_cast<std::size_t>(end - from)));
  return found == nullptr ? end : found;
}

}  // namespace

char csv_separator(std::string_view first_line) {
  constexpr std::string_view kSeparators = ",\t;|";
  std::array<std::size_t, kSeparators.size()> counts{};
  bool quoted = false;
  for (const char c : first_line) {
    quoted = quoted != (c == '"');
    const std::size_t which = kSeparators.find(c);
    if (!quoted && which != std::string_view::npos) ++counts.at(which);
  }
  return kSeparators[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin())];
}

std::optional<char> separator_line(std::string_view line) {
  constexpr std::string_view kWord = "sep=";
  if (line.size() != kWord.size() + 1 || !text::same_ignoring_case(line.substr(0, kWord.size()), kWord)) return {};
  return line.back();
}

void CsvReader::put(std::string_view bytes, bool last) {
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  buffer_.append(bytes);
  last_ = last;
  if (!started_ && (buffer_.size() >= 3 || last)) {
    started_ = true;
    if (buffer_.starts_with(text::kByteOrderMark)) skip(3);
  }
}

void CsvReader::skip(std::size_t count) {
  begin_ += count;
  offset_ += count;
}

std::size_t CsvReader::end_of_record(bool& open) const {
  open = false;
  const char* at = buffer_.data() + begin_;
  const char* const end = buffer_.data() + buffer_.size();
  while (at < end) {
    const char* const line_end = find(at, end, '\n');
    const char* const quote = find(at, line_end, '"');
    if (quote == line_end)
      return line_end == end ? std::string::npos : static_cast<std::size_t>(line_end - buffer_.data()) - begin_;
    const char* const closing = find(quote + 1, end, '"');
    if (closing == end) {
      open = true;
      return std::string::npos;
    }
    at = closing + 1;
  }
  return std::string::npos;
}

bool CsvReader::next(CsvRecord& record) {
  while (started_ && begin_ < buffer_.size()) {
    bool open = false;
    std::size_t size = end_of_record(open);
    const std::size_t there = buffer_.size() - begin_;
    bool sound = true;
    bool ended = true;
    if (size == std::string::npos && last_ && !open && there <= kMaxCsvRecord) {
      // The last record, without a line end.
      size = there;
      ended = false;
    } else if (size == std::string::npos || size > kMaxCsvRecord) {
      // A quote that is never closed must not take the rest of the file: the record ends with its line then.
      const bool too_long = there > kMaxCsvRecord;
      if (!too_long && !last_) return false;
      const char* const begin = buffer_.data() + begin_;
      const char* const line_end = find(begin, begin + there, '\n');
      ended = line_end != begin + there;
      size = static_cast<std::size_t>(line_end - begin);
      const auto quotes = std::count(begin, begin + size, '"');
      sound = size <= kMaxCsvRecord && quotes % 2 == 0;
      if (!ended && !last_ && size <= kMaxCsvRecord) return false;
    }
    std::string_view bytes{buffer_.data() + begin_, std::min(size, kMaxCsvRecord)};
    record.offset = offset_;
    record.line = line_;
    const std::size_t whole = size + (ended ? 1 : 0);
    line_ += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n')) + (ended ? 1 : 0);
    skip(whole);
    if (bytes.ends_with('\r')) bytes.remove_suffix(1);
    if (bytes.empty()) continue;
    if (!separator_) separator_ = separator_line(bytes);
    if (separator_line(bytes)) continue;
    record.bytes = bytes;
    record.sound = sound;
    record.fields.clear();
    if (!separator_) separator_ = csv_separator(bytes);
    if (sound) split(bytes, record);
    return true;
  }
  return false;
}

void CsvReader::split(std::string_view bytes, CsvRecord& record) {
  const char separator = separator_.value_or(',');
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  // Unquoted text is never longer than quoted: views into it stay good.
  unquoted_.clear();
  unquoted_.reserve(bytes.size());
  while (true) {
    if (record.fields.size() >= kMaxCsvFields) {
      record.sound = false;
      return;
    }
    if (at == end || *at != '"') {
      const char* const field_end = find(at, end, separator);
      record.fields.emplace_back(at, static_cast<std::size_t>(field_end - at));
      at = field_end;
    } else {
      const std::size_t begin = unquoted_.size();
      const char* quote = find(at + 1, end, '"');
      unquoted_.append(at + 1, quote);
      while (quote != end && quote + 1 != end && quote[1] == '"') {
        unquoted_ += '"';
        const char* const after = quote + 2;
        quote = find(after, end, '"');
        unquoted_.append(after, quote);
      }
      at = quote == end ? end : quote + 1;
      if (at != end && *at != separator) {
        record.sound = false;
        return;
      }
      record.fields.emplace_back(unquoted_.data() + begin, unquoted_.size() - begin);
    }
    if (at == end) return;
    ++at;
  }
}

}  // namespace trailkeeper::ingest
