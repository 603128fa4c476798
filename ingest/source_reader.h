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

/// The only way from stored bytes to slices: takes encodings off (PlainInput), goes into archives, also nested up to
/// kMaxArchives, leaves other services' files out and names files that can't be read. Memory is a few slices, whatever
/// the source's size. A member of an archive is a source of its own, named `ARCHIVE!MEMBER`. Not thread-safe.
class SourceReader {
 public:
  /// Takes a cost report, instead of slices; returns what is wrong with it, if anything.
  using TakeReport = std::function<std::string(ByteInput& bytes, const std::string& name)>;

  /// Owns `descriptor`. `take_buffer` gives a string to read into (to be recycled), possibly empty. Without
  /// `take_report`, cost reports are read as if they were trails.
  SourceReader(int descriptor, std::string source, std::function<std::string()> take_buffer,
               TakeReport take_report = {});
  ~SourceReader();
  SourceReader(const SourceReader&) = delete;
  SourceReader& operator=(const SourceReader&) = delete;

  /// The next slice; nothing after the last. `last` is set on the last slice of each member.
  std::optional<Slice> next();

  /// What was found out so far about the file and, in archives, their members.
  [[nodiscard]] const FileFindings& findings() const { return findings_; }
  /// Bytes read from the descriptor, as stored.
  [[nodiscard]] std::uint64_t stored_bytes() const { return stored_.bytes(); }

  static constexpr std::size_t kMaxArchives = 3;

 private:
  struct Entry;
  void open(ByteInput& bytes, std::string name);
  void hand_over(Entry& entry);
  void close();

  DescriptorInput stored_;
  std::optional<std::string> source_;  // Until it is opened.
  std::function<std::string()> take_buffer_;
  TakeReport take_report_;
  std::vector<std::unique_ptr<Entry>> open_;  // An archive, then one of its members, and so on.
  FileFindings findings_;
};

}  // namespace trailkeeper::ingest
