#include "ingest/digest/read_copy.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "ingest/digest/content_hasher.h"
#include "ingest/file_kind.h"
#include "ingest/front_records.h"

namespace trailkeeper::ingest {
namespace {

namespace digests = rules::digests;
using Kind = digests::CopiedFile::Kind;

// A file as it was listed, then as it was read.
struct Listed {
  digests::CopiedFile file;
  std::optional<digests::CopiedDigest> digest;
  std::uint64_t stored_bytes = 0;
  std::uint64_t plain_bytes = 0;
};

std::vector<Listed> list_copy(const std::vector<std::string>& paths, std::vector<UnreadableFile>& unreadable) {
  std::vector<Listed> files;
  for (const std::string& path : paths) {
    const std::string named = normal_path(path);
    list_files(
        {path},
        [&](const std::string& file, std::uint64_t) {
          const std::size_t folder =
              file == named ? file.rfind('/') + 1 : named.size() + (named.ends_with('/') ? 0 : 1);
          Listed& listed = files.emplace_back();
          listed.file.path = file;
          listed.file.folder = folder;
          return true;
        },
        unreadable, Links::refuse);
  }
  std::sort(files.begin(), files.end(), [](const Listed& a, const Listed& b) { return a.file.path < b.file.path; });
  const auto same = [](const Listed& a, const Listed& b) { return a.file.path == b.file.path; };
  files.erase(std::unique(files.begin(), files.end(), same), files.end());
  return files;
}

Kind kind_of(std::string_view path, std::string_view front) {
  const std::string_view name = digests::file_name(path);
  if (name.ends_with(digests::kMetadataSuffix)) return Kind::other;
  const FileKind kind = file_kind(path, front);
  if (kind.name == kDigestKind || name.find("_CloudTrail-Digest_") != std::string_view::npos) return Kind::digest;
  if (kind.what != FileKind::What::trail) return Kind::other;
  const bool named_so = name.find("_CloudTrail") != std::string_view::npos;
  return named_so || front_has_record(front.substr(0, ContentHasher::kFront)) ? Kind::log : Kind::other;
}

void take_metadata(const std::string& path, ContentHasher& hasher, digests::CopiedDigest& copied) {
  const HashedContent content = hasher.hash(path);
  // Of a file that isn't there nothing was read, not even its size.
  if (content.stored_bytes == 0 && !content.is_read) return;
  if (!content.is_read || !content.is_whole) {
    copied.metadata_problem = "can't be read";
    return;
  }
  auto metadata = digests::parse_object_metadata(content.front);
  if (metadata) {
    copied.metadata = std::move(*metadata);
  } else {
    copied.metadata_problem = metadata.error().message;
  }
}

digests::CopiedDigest parse_copied(const HashedContent& content) {
  digests::CopiedDigest copied;
  if (!content.is_read) {
    copied.problem = content.problem;
  } else if (!content.is_whole || content.front.size() > digests::kMaxDigestBytes) {
    copied.problem = "it is larger than a digest can be";
  } else if (auto digest = digests::parse_digest(content.front)) {
    copied.digest = std::move(*digest);
  } else {
    const text::Problem& problem = digest.error();
    copied.problem = "it is no digest: " + problem.path + (problem.path.empty() ? "" : " ") + problem.message;
  }
  return copied;
}

void read_file(Listed& listed, ContentHasher& hasher) {
  digests::CopiedFile& file = listed.file;
  const HashedContent content = hasher.hash(file.path);
  file.kind = kind_of(file.path, content.front.substr(0, ContentHasher::kFront));
  file.is_read = content.is_read;
  file.content = content.sha256;
  file.problem = content.problem;
  listed.stored_bytes = content.stored_bytes;
  listed.plain_bytes = content.plain_bytes;
  if (file.kind != Kind::digest) return;
  listed.digest = parse_copied(content);
  take_metadata(file.path + std::string{digests::kMetadataSuffix}, hasher, *listed.digest);
}

void read_files(std::vector<Listed>& files, unsigned workers) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    ContentHasher hasher;
    for (std::size_t i = next++; i < files.size(); i = next++) read_file(files[i], hasher);
  };
  if (workers == 0) workers = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::future<void>> running;
  for (unsigned i = 0; i < workers; ++i) running.push_back(std::async(std::launch::async, work));
  for (std::future<void>& worker : running) worker.get();
}

}  // namespace

CopyReading read_copy(const std::vector<std::string>& paths, unsigned workers) {
  CopyReading reading;
  std::vector<Listed> files = list_copy(paths, reading.unreadable);
  read_files(files, workers);
  for (Listed& listed : files) {
    if (listed.digest) {
      listed.digest->file = reading.copy.files.size();
      reading.copy.digests.push_back(std::move(*listed.digest));
    }
    reading.copy.files.push_back(std::move(listed.file));
    reading.stored_bytes += listed.stored_bytes;
    reading.plain_bytes += listed.plain_bytes;
  }
  return reading;
}

}  // namespace trailkeeper::ingest
