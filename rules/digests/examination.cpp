#include "rules/digests/examination.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace trailkeeper::rules::digests {
namespace {

using Kind = ExaminedFile::Kind;

ExaminedFile digest_row(const Copy& copy, std::size_t i, const DigestVerdict& verdict, const std::string& note) {
  const CopiedDigest& copied = copy.digests[i];
  const CopiedFile& file = copy.files[copied.file];
  ExaminedFile row{Kind::digest, file.path, Status::invalid, verdict.reason};
  if (verdict.proof == Proof::broken) return row;
  if (!file.problem.empty()) {
    row.reason = file.problem;
  } else if (!is_at(file.place(), copied.digest->place.key)) {
    row.status = Status::moved;
    row.reason = "belongs at " + copied.digest->place.uri();
  } else {
    row.status = verdict.proof == Proof::proven ? Status::valid : Status::unproven;
    if (!note.empty()) row.reason += (row.reason.empty() ? "" : "; ") + note;
  }
  return row;
}

ExaminedFile log_row(const CopiedFile& file, FileVerdict verdict) {
  if (verdict.status == Status::unlisted) {
    verdict.reason = "no digest lists it" + (file.problem.empty() ? "" : "; " + file.problem);
  }
  return {Kind::log, file.path, verdict.status, std::move(verdict.reason)};
}

}  // namespace

std::size_t Examination::count(Status status) const {
  return static_cast<std::size_t>(
      std::count_if(files.begin(), files.end(), [&](const ExaminedFile& file) { return file.status == status; }));
}

bool Examination::is_sound() const {
  return count(Status::valid) > 0 && count(Status::invalid) + count(Status::missing) + count(Status::moved) == 0;
}

Examination examine(const Copy& copy, const PublicKeys& keys, std::optional<text::Timestamp> since) {
  const CopyIndex index{copy};
  const std::vector<DigestVerdict> verdicts = judge_digests(copy, keys);
  Continuity continuity = find_missing_digests(copy, index, verdicts, since);
  LogVerdicts logs = judge_logs(copy, index, verdicts, since);
  Examination result;
  result.gaps = continuity.gaps;
  for (std::size_t i = 0; i < copy.digests.size(); ++i) {
    result.files.push_back(digest_row(copy, i, verdicts[i], continuity.notes[i]));
  }
  for (std::size_t i = 0; i < copy.files.size(); ++i) {
    const CopiedFile& file = copy.files[i];
    const bool listed = logs.files[i].status != Status::unlisted;
    if (file.kind == CopiedFile::Kind::log || (listed && file.kind == CopiedFile::Kind::other)) {
      result.files.push_back(log_row(file, std::move(logs.files[i])));
    }
  }
  const auto add_missing = [&](Kind kind, std::vector<MissingFile>& missing) {
    for (MissingFile& file : missing) {
      result.files.push_back({kind, std::move(file.path), Status::missing, std::move(file.reason)});
    }
  };
  add_missing(Kind::digest, continuity.missing);
  add_missing(Kind::log, logs.missing);
  std::sort(result.files.begin(), result.files.end(), [](const ExaminedFile& a, const ExaminedFile& b) {
    return std::tie(a.path, a.kind, a.reason) < std::tie(b.path, b.kind, b.reason);
  });
  return result;
}

}  // namespace trailkeeper::rules::digests
