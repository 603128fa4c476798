// Reads one file, pipe or archive as slices, whatever it is and however it is encoded.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/archive_input.h"
#include "ingest/byte_input.h"
#include "ingest/input_files.h"
#include "ingest/slice.h"
#include "ingest/slice_reader.h"

namespace trailkeeper::ingest {

/// The one road from stored bytes to slices: takes encodings off (PlainInput), goes into archives, inside each other up
/// to kMaxArchives, leaves other services' files out and names what can't be read. Memory is a few slices, whatever the
/// source's size. A member of an archive is a source of its own, named `ARCHIVE!MEMBER`. Not thread-safe.
class SourceReader {
 public:
  /// Owns `descriptor`. `take_buffer` gives a string to read into (to be recycled), possibly empty. `ahead`: bytes that
  /// were read from it before.
  SourceReader(int descriptor, std::string source, std::function<std::string()> take_buffer, std::string ahead = {});
  ~SourceReader();
  SourceReader(const SourceReader&) = delete;
  SourceReader& operator=(const SourceReader&) = delete;

  /// The next slice; nothing after the last. `last` is set on the last slice of each member.
  std::optional<Slice> next();

  /// What was seen so far; of the file and, in archives, of their members.
  [[nodiscard]] const FileFindings& findings() const { return findings_; }
  /// Bytes read from the descriptor, as stored.
  [[nodiscard]] std::uint64_t stored_bytes() const { return stored_.bytes(); }

  static constexpr std::size_t kMaxArchives = 3;

 private:
  struct Entry;
  void open(ByteInput& bytes, std::string name);
  void close();

  DescriptorInput stored_;
  std::function<std::string()> take_buffer_;
  std::vector<std::unique_ptr<Entry>> open_;  // An archive, in it one of its members, and so on.
  FileFindings findings_;
};

}  // namespace trailkeeper::ingest
