#include "ingest/source_reader.h"

#include <utility>

#include "ingest/file_kind.h"

namespace trailkeeper::ingest {

/// A file being read: as slices, or, if it is an archive, member by member.
struct SourceReader::Entry {
  Entry(ByteInput& bytes, std::string label) : plain(bytes), name(std::move(label)) {}

  PlainInput plain;
  std::string name;
  std::unique_ptr<Archive> archive;
  std::unique_ptr<SliceReader> slices;
};

SourceReader::SourceReader(int descriptor, std::string source, std::function<std::string()> take_buffer,
                           std::string ahead)
    : stored_(descriptor, std::move(ahead)), take_buffer_(std::move(take_buffer)) {
  open(stored_, std::move(source));
}

SourceReader::~SourceReader() {
  while (!open_.empty()) open_.pop_back();
}

void SourceReader::open(ByteInput& bytes, std::string name) {
  auto entry = std::make_unique<Entry>(bytes, std::move(name));
  const FileKind kind = file_kind(entry->name, entry->plain.peek());
  switch (kind.what) {
    case FileKind::What::trail:
      entry->slices = std::make_unique<SliceReader>(entry->plain, entry->name, take_buffer_);
      break;
    case FileKind::What::archive:
      if (open_.size() >= kMaxArchives) {
        findings_.unreadable.push_back({entry->name, "archives are nested too deep: extract it and replay the files"});
        return;
      }
      entry->archive = std::make_unique<Archive>(entry->plain);
      break;
    case FileKind::What::other: ++findings_.others[kind.name]; return;
    case FileKind::What::unreadable:
      findings_.unreadable.push_back(
          {entry->name, "its format (" + kind.name + ") is not read: " + std::string{kind.remedy}});
      return;
  }
  open_.push_back(std::move(entry));
}

// Ends the innermost entry.
void SourceReader::close() {
  const Entry& entry = *open_.back();
  const std::string& problem =
      entry.archive && !entry.archive->problem().empty() ? entry.archive->problem() : entry.plain.problem();
  if (!problem.empty()) findings_.unreadable.push_back({entry.name, problem});
  findings_.add_joined(entry.name, entry.plain.members());
  open_.pop_back();
}

std::optional<Slice> SourceReader::next() {
  while (!open_.empty()) {
    Entry& entry = *open_.back();
    if (entry.slices) {
      if (auto slice = entry.slices->next()) return slice;
      close();
    } else if (const auto member = entry.archive->next()) {
      open(entry.archive->member(), entry.name + "!" + *member);
    } else {
      close();
    }
  }
  return std::nullopt;
}

}  // namespace trailkeeper::ingest
