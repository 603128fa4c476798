#include "ingest/source_reader.h"

#include <utility>

#include "ingest/bill/cost_report.h"
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
                           TakeReport take_report)
    : stored_(descriptor),
      source_(std::move(source)),
      take_buffer_(std::move(take_buffer)),
      take_report_(std::move(take_report)) {}

SourceReader::~SourceReader() {
  while (!open_.empty()) open_.pop_back();
}

void SourceReader::open(ByteInput& bytes, std::string name) {
  auto entry = std::make_unique<Entry>(bytes, std::move(name));
  if (take_report_ && is_cost_report(entry->plain.peek())) {
    hand_over(*entry);
    return;
  }
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
      findings_.unreadable.push_back({entry->name, "its format (" + kind.name + ") is not read: " + kind.remedy});
      return;
  }
  open_.push_back(std::move(entry));
}

void SourceReader::hand_over(Entry& entry) {
  std::string problem = take_report_(entry.plain, entry.name);
  if (problem.empty()) problem = entry.plain.problem();
  if (!problem.empty()) findings_.unreadable.push_back({entry.name, std::move(problem)});
  findings_.add_joined(entry.name, entry.plain.members());
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
  if (source_) open(stored_, *std::exchange(source_, std::nullopt));
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
