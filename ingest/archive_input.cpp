#include "ingest/archive_input.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace trailkeeper::ingest {
namespace {

constexpr std::size_t kArchivePiece = std::size_t{256} << 10;
// A ZIP archive's end record, with a comment of up to 64 KiB behind it.
constexpr std::size_t kZipEnd = 22;
constexpr std::size_t kTail = kZipEnd + (std::size_t{64} << 10);
constexpr std::string_view kCut = "the archive ends early: it may have been cut off; what came first was taken";

// Whether there is what an archive of that format has behind its last member: so nothing is missing.
bool has_end(int format, std::string_view tail) {
  constexpr std::size_t kBlock = 512;
  switch (format & ARCHIVE_FORMAT_BASE_MASK) {
    case ARCHIVE_FORMAT_TAR: return tail.find(std::string(kBlock, '\0')) != std::string_view::npos;
    case ARCHIVE_FORMAT_ZIP: {
      const std::size_t at = tail.rfind("PK\x05\x06");
      return at != std::string_view::npos && at + kZipEnd <= tail.size();
    }
    default: return true;
  }
}

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

void keep_tail(std::string_view bytes, std::string& tail) {
  tail.append(bytes.substr(bytes.size() - std::min(bytes.size(), kTail)));
  if (tail.size() > kTail) tail.erase(0, tail.size() - kTail);
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
  const std::size_t got = own.bytes_.read(own.buffer_.data(), own.buffer_.size());
  keep_tail({own.buffer_.data(), got}, own.tail_);
  return static_cast<long>(got);
}

// Reads what is behind the last member: libarchive doesn't miss it.
void Archive::find_end() {
  const void* ignored = nullptr;
  while (read_more(archive_, this, &ignored) > 0) continue;
  if (!bytes_.problem().empty()) {
    problem_ = bytes_.problem();
  } else if (!has_end(archive_format(archive_), tail_)) {
    problem_ = kCut;
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
