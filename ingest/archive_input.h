// The members of a ZIP or tar archive, one after the other, as they come.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ingest/byte_input.h"

struct archive;

namespace trailkeeper::ingest {

/// Reads an archive front to back; memory is a few buffers, whatever its size. Not thread-safe.
class Archive {
 public:
  /// `bytes` must outlive it.
  explicit Archive(ByteInput& bytes);
  ~Archive();
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  /// The next member that is a file: its name, which is only a label and never a path to be opened. Nothing at the end,
  /// even if that comes early: then problem() says why. So it does if
  /// something else follows behind the archive. Names that are hidden (`.name`, `__MACOSX`) are left out, as in
  /// folders.
  std::optional<std::string> next();

  /// Why reading the archive had to stop; empty if nothing is wrong.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// The bytes of the member that next() gave last; valid until next() is called again.
  ByteInput& member();

  static constexpr std::size_t kMaxMembers = 1'000'000;
  static constexpr std::size_t kMaxName = 1024;

 private:
  class Member;
  void find_end();
  static long read_more(::archive*, void* self, const void** buffer);

  ByteInput& bytes_;
  std::string buffer_;
  std::size_t in_buffer_ = 0;  // The last piece that was read.
  std::string before_;         // What came just before it.
  std::uint64_t read_ = 0;     // Bytes, up to the end of the buffer.
  ::archive* archive_;
  std::unique_ptr<Member> member_;
  std::size_t members_ = 0;
  std::string problem_;
};

}  // namespace trailkeeper::ingest
