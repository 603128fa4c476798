#include "rules/digests/copy.h"

#include <algorithm>
#include <cstring>

namespace trailkeeper::rules::digests {
std::size_t HashOfSha256::operator()(const text::Sha256& hash) const {
  std::size_t first = 0;
  std::memcpy(&first, hash.data(), sizeof first);
  return first;
}

namespace {

// Whether `path` comes before `end` when both are read backwards, as far as `end` goes.
bool ends_before(std::string_view path, std::string_view end) {
  const std::string_view last = path.substr(path.size() - std::min(path.size(), end.size()));
  return std::lexicographical_compare(last.rbegin(), last.rend(), end.rbegin(), end.rend());
}

}  // namespace

CopyIndex::CopyIndex(const Copy& copy) : copy_(copy) {
  for (std::size_t i = 0; i < copy.files.size(); ++i) {
    const std::string_view path = copy.files[i].path;
    names_.insert(file_name(path));
    by_end_.push_back(i);
    const std::string_view in_copy = path.substr(copy.files[i].folder);
    by_path_in_copy_.emplace(in_copy, i);
    longest_path_in_copy_ = std::max(longest_path_in_copy_, in_copy.size());
  }
  std::sort(by_end_.begin(), by_end_.end(), [&](std::size_t a, std::size_t b) {
    const std::string_view left = copy.files[a].path;
    const std::string_view right = copy.files[b].path;
    return std::lexicographical_compare(left.rbegin(), left.rend(), right.rbegin(), right.rend());
  });
}

std::vector<std::size_t> CopyIndex::at(std::string_view key) const {
  std::vector<std::size_t> files;
  const std::string_view end = from_layout(key);
  const auto path_of = [&](std::size_t file) { return std::string_view{copy_.files[file].path}; };
  const auto first = std::lower_bound(by_end_.begin(), by_end_.end(), end, [&](std::size_t file, std::string_view to) {
    return ends_before(path_of(file), to);
  });
  for (auto found = first; found != by_end_.end() && path_of(*found).ends_with(end); ++found) {
    if (is_at(copy_.files[*found].place(), key)) files.push_back(*found);
  }
  // The folders that a partial copy leaves out, one after the other.
  for (std::size_t begin = 0; begin < key.size(); ++begin) {
    if (key.size() - begin > longest_path_in_copy_ || (begin > 0 && key[begin - 1] != '/')) continue;
    const auto range = by_path_in_copy_.equal_range(key.substr(begin));
    for (auto found = range.first; found != range.second; ++found) files.push_back(found->second);
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace trailkeeper::rules::digests
