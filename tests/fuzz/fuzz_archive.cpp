// Any bytes as a source: encodings, archives in each other, other formats. Memory stays bounded, slices tile each
// member.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <string>

#include "ingest/byte_input.h"
#include "ingest/file_kind.h"
#include "ingest/source_reader.h"

using namespace trailkeeper::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > (std::size_t{1} << 18)) return 0;
  const int file = ::memfd_create("x", MFD_CLOEXEC);
  if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size) || ::lseek(file, 0, SEEK_SET) != 0)
    std::abort();
  SourceReader reader{file, "x", [] { return std::string{}; }};
  std::map<std::string, std::uint64_t> reached;
  std::uint64_t bytes = 0;
  while (const auto slice = reader.next()) {
    if (slice->offset != reached[*slice->source]) std::abort();
    reached[*slice->source] = slice->last ? 0 : slice->offset + slice->size;
    if (slice->bytes.size() < slice->size + trailkeeper::event::kPadding) std::abort();
    bytes += slice->size;
    constexpr std::uint64_t kEnough = std::uint64_t{64} << 20;
    if (bytes > kEnough) break;
  }
  for (const UnreadableFile& problem : reader.findings().unreadable) {
    if (problem.reason.empty()) std::abort();
  }
  return 0;
}
