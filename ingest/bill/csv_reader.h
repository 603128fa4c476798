// Records of a CSV file (RFC 4180, or with another separator), from bytes that come in pieces.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trailkeeper::ingest {

/// Bytes a record may have, and fields.
constexpr std::size_t kMaxCsvRecord = std::size_t{1} << 20;
constexpr std::size_t kMaxCsvFields = 4096;

/// What separates the fields of a file, as its first line shows: whichever of comma, tab, semicolon and bar is most
/// frequent outside quotes. A comma if there is none.
char csv_separator(std::string_view first_line);

/// The separator that a line declares; Excel writes such a line before the header: `sep=;`. Nothing for any other line.
std::optional<char> separator_line(std::string_view line);

/// One record. Views are valid until the reader is asked again.
struct CsvRecord {
  std::string_view bytes;                ///< As it came, without its line end.
  std::vector<std::string_view> fields;  ///< Unquoted.
  std::uint64_t offset = 0;              ///< Of its first byte in all that was put in.
  std::uint64_t line = 1;                ///< Of its first byte.
  bool sound = true;                     ///< False: too long, too many fields, or a quote that isn't closed.
};

/// Splits records; quotes may hold separators, line ends and doubled quotes. A UTF-8 BOM at the front is left out. The
/// first record's separator applies to all; a line `sep=…` before it is left out.
class CsvReader {
 public:
  /// Gives more bytes; `last`: there are no more after them.
  void put(std::string_view bytes, bool last);

  /// The next whole record; false if more bytes are needed, or none are left. Empty lines are left out.
  bool next(CsvRecord& record);

 private:
  /// Where the record's line end is, counted from its beginning; npos if it isn't there yet: then `open` says whether a
  /// quote is open.
  std::size_t end_of_record(bool& open) const;
  void split(std::string_view bytes, CsvRecord& record);
  void skip(std::size_t count);

  std::string buffer_;
  std::size_t begin_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
  bool last_ = false;
  bool started_ = false;
  std::optional<char> separator_;
  std::string unquoted_;
};

}  // namespace trailkeeper::ingest
