#include "rules/digests/listed_logs.h"

#include <array>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "text/enum_rows.h"

namespace trailkeeper::rules::digests {
namespace {

// What digests say of a file, the stronger behind the weaker.
enum class Word : std::uint8_t { none, moved, unproven, doubted, valid, invalid };

class Logs {
 public:
  Logs(const Copy& copy, const CopyIndex& index, const std::vector<DigestVerdict>& verdicts,
       std::optional<text::Timestamp> since)
      : copy_(copy), index_(index), verdicts_(verdicts), since_(since), words_(copy.files.size(), Word::none) {
    found_.files.resize(copy.files.size());
  }

  LogVerdicts judge() {
    for (std::size_t i = 0; i < copy_.digests.size(); ++i) {
      if (!copy_.digests[i].digest) continue;
      for (const ListedLog& log : copy_.digests[i].digest->logs) judge_at_its_place(i, log);
    }
    gather_unclaimed();
    for (const auto& [digest, log] : elsewhere_) look_elsewhere(digest, *log);
    return std::move(found_);
  }

 private:
  // What copies of a digest say again changes nothing.
  void judge_at_its_place(std::size_t digest, const ListedLog& log) {
    if (!said_.emplace(log.place, log.content, verdicts_[digest].proof).second) return;
    const std::vector<std::size_t> files = index_.at(log.place.key);
    if (files.empty()) elsewhere_.emplace_back(digest, &log);
    for (const std::size_t file : files) hold_against(file, digest, log);
  }

  [[nodiscard]] std::string name_of(std::size_t digest) const {
    return std::string{file_name(copy_.digests[digest].digest->place.key)};
  }

  void hold_against(std::size_t at, std::size_t digest, const ListedLog& log) {
    const CopiedFile& file = copy_.files[at];
    const Proof proof = verdicts_[digest].proof;
    const bool agrees = file.is_read && file.content == log.content;
    if (proof == Proof::broken) {
      say(at, Word::unproven, Status::unproven, [&] { return name_of(digest) + ", which lists it, is invalid"; });
    } else if (!file.problem.empty()) {
      say(at, Word::invalid, Status::invalid,
          [&] { return file.problem + (agrees ? "; the content is as listed" : ""); });
    } else if (!agrees) {
      say(at, proof == Proof::proven ? Word::invalid : Word::doubted, Status::invalid,
          [&] { return "its content's SHA-256 isn't the one in " + name_of(digest); });
    } else if (proof == Proof::proven) {
      say(at, Word::valid, Status::valid, [] { return std::string{}; });
    } else {
      say(at, Word::unproven, Status::unproven, [&] { return name_of(digest) + ", which lists it, is unproven"; });
    }
  }

  template <typename Reason>
  void say(std::size_t file, Word word, Status status, Reason&& reason) {
    if (word <= words_[file]) return;
    words_[file] = word;
    found_.files[file] = {status, reason()};
  }

  // What no digest says anything of may be what another place lacks. Empty log files have the same content: one that is
  // at its own place hasn't been moved.
  void gather_unclaimed() {
    for (std::size_t i = copy_.files.size(); i-- > 0;) {
      const CopiedFile& file = copy_.files[i];
      const bool claimable = words_[i] == Word::none && file.is_read && file.kind != CopiedFile::Kind::digest;
      if (!claimable) continue;
      unclaimed_[file.content].push_back(i);
      unclaimed_names_[{file_name(file.path), file.content}].push_back(i);
    }
  }

  // Under its name in another folder, or under another name.
  void look_elsewhere(std::size_t digest, const ListedLog& log) {
    if (!looked_for_.insert(log.place).second) return;
    const std::string_view name = file_name(log.place.key);
    const auto of_its_name = unclaimed_names_.find({name, log.content});
    if (of_its_name != unclaimed_names_.end() && take_first_as_moved(of_its_name->second, log)) return;
    const auto alike = unclaimed_.find(log.content);
    if (alike != unclaimed_.end() && take_first_as_moved(alike->second, log)) return;
    if (since_ && copy_.digests[digest].digest->end_time <= *since_) return;
    std::string reason = name_of(digest) + " lists it";
    if (index_.has_name(name)) reason += "; a file of its name elsewhere has other content";
    found_.missing.push_back({shown_path(copy_, copy_.digests[digest], log.place), std::move(reason)});
  }

  // `files`: the last is the first; those that were taken meanwhile are gone for good.
  bool take_first_as_moved(std::vector<std::size_t>& files, const ListedLog& log) {
    while (!files.empty()) {
      const std::size_t file = files.back();
      files.pop_back();
      if (words_[file] != Word::none) continue;
      say(file, Word::moved, Status::moved, [&] { return "belongs at " + log.place.uri(); });
      return true;
    }
    return false;
  }

  const Copy& copy_;
  const CopyIndex& index_;
  const std::vector<DigestVerdict>& verdicts_;
  const std::optional<text::Timestamp> since_;
  std::vector<Word> words_;
  std::vector<std::pair<std::size_t, const ListedLog*>> elsewhere_;
  std::unordered_map<text::Sha256, std::vector<std::size_t>, HashOfSha256> unclaimed_;
  std::map<std::pair<std::string_view, text::Sha256>, std::vector<std::size_t>> unclaimed_names_;
  std::set<std::tuple<ObjectPlace, text::Sha256, Proof>> said_;
  std::set<ObjectPlace> looked_for_;
  LogVerdicts found_;
};

}  // namespace

std::string_view word_for(Status status) {
  constexpr std::array<std::string_view, 6> kWords{"valid", "invalid", "missing", "moved", "unproven", "unlisted"};
  static_assert(text::are_names_of(kWords, Status::unlisted));
  return kWords.at(static_cast<std::size_t>(status));
}

LogVerdicts judge_logs(const Copy& copy, const CopyIndex& index, const std::vector<DigestVerdict>& verdicts,
                       std::optional<text::Timestamp> since) {
  return Logs{copy, index, verdicts, since}.judge();
}

}  // namespace trailkeeper::rules::digests
