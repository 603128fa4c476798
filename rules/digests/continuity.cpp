#include "rules/digests/continuity.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace trailkeeper::rules::digests {
namespace {

std::string time_text(text::Timestamp time) { return text::format_timestamp(time); }

class Search {
 public:
  Search(const Copy& copy, const CopyIndex& index, const std::vector<DigestVerdict>& verdicts,
         std::optional<text::Timestamp> since)
      : copy_(copy), index_(index), verdicts_(verdicts), since_(since) {
    found_.notes.resize(copy.digests.size());
    for (const CopiedDigest& copied : copy.digests) {
      if (!copied.digest) {
        unreadable_.insert(copied.file);
        continue;
      }
      places_.emplace(copied.digest->place, &*copied.digest);
      chains_[copied.digest->chain()].insert(copied.digest->end_time);
    }
  }

  Continuity run() {
    for (std::size_t i = 0; i < copy_.digests.size(); ++i) {
      if (copy_.digests[i].digest && verdicts_[i].proof != Proof::broken) look_before(i);
    }
    return std::move(found_);
  }

 private:
  void look_before(std::size_t i) {
    const Digest& digest = *copy_.digests[i].digest;
    if (!digest.previous) return begin_chain(i);
    const auto before = places_.find(digest.previous->place);
    if (before == places_.end()) return miss_previous(i);
    // Backfill digests are made of hours that lie apart.
    if (digest.start_time > before->second->end_time && !digest.is_backfill()) {
      add_gap(i, before->second->end_time);
    }
  }

  // When the newest digest ends that is older, of the same chain.
  [[nodiscard]] std::optional<text::Timestamp> older_end(const Digest& digest) const {
    const auto chain = chains_.find(digest.chain());
    auto found = chain->second.lower_bound(digest.end_time);
    if (found == chain->second.begin()) return std::nullopt;
    return *--found;
  }

  void begin_chain(std::size_t i) {
    const Digest& digest = *copy_.digests[i].digest;
    const auto older = older_end(digest);
    if (older && !digest.is_backfill()) return add_gap(i, *older);
    found_.notes[i] = "a chain begins here";
  }

  // Copies of a digest have one gap before them.
  void add_gap(std::size_t i, text::Timestamp from) {
    const Digest& digest = *copy_.digests[i].digest;
    found_.notes[i] = "gap: no digests from " + time_text(from) + " to " + time_text(digest.start_time);
    if (gaps_.insert(digest.place).second) ++found_.gaps;
  }

  void miss_previous(std::size_t i) {
    const CopiedDigest& copied = copy_.digests[i];
    const Digest& digest = *copied.digest;
    if (since_ && digest.start_time <= *since_) {
      found_.notes[i] = "the copy begins here";
      return;
    }
    const ObjectPlace& place = digest.previous->place;
    // A file that can't be read as a digest has a verdict of its own.
    if (!missed_.insert(place).second || is_unreadable_at(place.key)) return;
    std::string reason = std::string{file_name(digest.place.key)} + " follows it";
    const auto older = older_end(digest);
    reason += older
                  ? "; the newest older digest ends at " + time_text(*older)
                  : "; no older digest is there (--since " + time_text(digest.start_time) + " if the copy begins here)";
    found_.missing.push_back({shown_path(copy_, copied, place), std::move(reason)});
  }

  [[nodiscard]] bool is_unreadable_at(std::string_view key) const {
    const std::vector<std::size_t> files = index_.at(key);
    return std::any_of(files.begin(), files.end(), [&](std::size_t file) { return unreadable_.contains(file); });
  }

  const Copy& copy_;
  const CopyIndex& index_;
  const std::vector<DigestVerdict>& verdicts_;
  const std::optional<text::Timestamp> since_;
  std::map<ObjectPlace, const Digest*> places_;
  std::map<std::string, std::set<text::Timestamp>> chains_;  // The times at which their digests end.
  std::set<std::size_t> unreadable_;                         // Files that should be digests.
  std::set<ObjectPlace> missed_;
  std::set<ObjectPlace> gaps_;
  Continuity found_;
};

}  // namespace

Continuity find_missing_digests(const Copy& copy, const CopyIndex& index, const std::vector<DigestVerdict>& verdicts,
                                std::optional<text::Timestamp> since) {
  return Search{copy, index, verdicts, since}.run();
}

std::string shown_path(const Copy& copy, const CopiedDigest& named_by, const ObjectPlace& place) {
  const CopiedFile& file = copy.files[named_by.file];
  std::string path;
  if (is_at(file.place(), named_by.digest->place.key)) {
    path = expected_path(place.key, file.path, named_by.digest->place.key);
  }
  return path.empty() ? place.uri() : path;
}

}  // namespace trailkeeper::rules::digests
