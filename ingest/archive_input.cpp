#include "ingest/archive_input.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "ingest/archive_end.h"

namespace trailkeeper::ingest {
namespace {

constexpr std::size_t kArchivePiece = std::size_t{256} << 10;
// How much is kept of what was read before: two of a tar archive's blocks.
constexpr std::size_t kTarBlock = 512;
constexpr std::size_t kKeptBefore = 2 * kTarBlock;
constexpr std::string_view kCut = "the archive ends early: it may have been cut off; what came first was taken";

bool hidden_in_archive(std::string_view name) {
  while (!name.empty()) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if ((part.starts_with('.') && part != "." && part != "..") || part == "__MACOSX") return true;
    name.remove_prefix(slash == std::string_view::npos ? name.size() : slash + 1);
  }
  return false;
}

// libarchive has no words for a ZIP archive that ends where a member ought to begin.
std::string problem_of(::archive* archive) {
  const char* const text = archive_error_string(archive);
  if (text == nullptr) return std::string{kCut};
  return std::string{"the archive is damaged, or packed in a way that isn't known: "} + text;
}

}  // namespace

/// One member's bytes.
class Archive::Member : public ByteInput {
 public:
  explicit Member(::archive* archive) : archive_(archive) {}

  std::size_t read(char* to, std::size_t room) override {
    if (!problem_.empty()) return 0;
    const la_ssize_t got = archive_read_data(archive_, to, room);
    if (got >= 0) return static_cast<std::size_t>(got);
    problem_ = problem_of(archive_);
    return 0;
  }

  [[nodiscard]] const std::string& problem() const override { return problem_; }

 private:
  ::archive* archive_;
  std::string problem_;
};

Archive::Archive(ByteInput& bytes) : bytes_(bytes), buffer_(kArchivePiece, '\0'), archive_(archive_read_new()) {
  if (archive_ == nullptr) throw std::bad_alloc();
  archive_read_support_format_zip_streamable(archive_);
  archive_read_support_format_tar(archive_);
  // The bytes are plain already.
  archive_read_support_filter_none(archive_);
  const auto read = [](::archive* self, void* data, const void** buffer) -> la_ssize_t {
    return read_more(self, data, buffer);
  };
  if (archive_read_open(archive_, this, nullptr, read, nullptr) != ARCHIVE_OK) problem_ = problem_of(archive_);
}

Archive::~Archive() { archive_read_free(archive_); }

long Archive::read_more(::archive*, void* self, const void** buffer) {
  auto& own = *static_cast<Archive*>(self);
  *buffer = own.buffer_.data();
  const std::string_view last = std::string_view{own.buffer_}.substr(0, own.in_buffer_);
  std::string before{last.substr(last.size() - std::min(last.size(), kKeptBefore))};
  const std::size_t got = own.bytes_.read(own.buffer_.data(), own.buffer_.size());
  if (got > 0) {
    own.before_ = std::move(before);
    own.in_buffer_ = got;
    own.read_ += got;
  }
  return static_cast<long>(got);
}

// Reads what is behind the last member: libarchive doesn't miss it.
void Archive::find_end() {
  std::string ahead = before_ + buffer_.substr(0, in_buffer_);
  const std::uint64_t begin = read_ - ahead.size();
  const std::uint64_t at = std::max(begin, static_cast<std::uint64_t>(archive_filter_bytes(archive_, 0)));
  const auto done = static_cast<std::size_t>(at - begin);
  const bool tar = (archive_format(archive_) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
  const bool zeros = std::string_view{ahead}.substr(0, done).ends_with(std::string(kTarBlock, '\0'));
  ahead.erase(0, done);
  ArchiveEnd end;
  if (!tar) {
    end = read_zip_end(std::move(ahead), at, bytes_);
  } else if (zeros) {
    end = read_tar_end(std::move(ahead), at, bytes_);
  }
  if (!bytes_.problem().empty()) {
    problem_ = bytes_.problem();
  } else if (!end.whole) {
    problem_ = kCut;
  } else if (end.more_at) {
    problem_ = "more follows behind the archive's end, from byte " + std::to_string(*end.more_at) +
               " of its content on: it was not read";
  }
}

std::optional<std::string> Archive::next() {
  while (problem_.empty()) {
    if (++members_ > kMaxMembers) {
      problem_ = "the archive has more than 1,000,000 members: what came first was taken";
      break;
    }
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(archive_, &entry);
    if (code == ARCHIVE_EOF) {
      find_end();
      return std::nullopt;
    }
    if (code == ARCHIVE_RETRY) {
      // libarchive would look for the next block that is a header, wherever that lies.
      problem_ = "the archive is damaged at byte " + std::to_string(archive_read_header_position(archive_)) +
                 " of its content: what came first was taken";
      break;
    }
    if (code < ARCHIVE_WARN) {
      problem_ = problem_of(archive_);
      break;
    }
    const char* const text = archive_entry_pathname(entry);
    const std::string name = text == nullptr ? "member " + std::to_string(members_)
                                             : std::string{text, std::min(std::strlen(text), kMaxName)};
    if (archive_entry_filetype(entry) != AE_IFREG || name.ends_with('/') || hidden_in_archive(name)) continue;
    if (archive_entry_is_encrypted(entry) != 0) {
      problem_ = "the archive is encrypted: extract it and replay the files";
      break;
    }
    member_ = std::make_unique<Member>(archive_);
    return name;
  }
  return std::nullopt;
}

ByteInput& Archive::member() { return *member_; }

}  // namespace trailkeeper::ingest
