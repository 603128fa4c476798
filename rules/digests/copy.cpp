#include "rules/digests/copy.h"

#include <algorithm>
#include <cstring>

namespace trailkeeper::rules::digests {
std::size_t HashOfSha256::operator()(const text::Sha256& hash) const {
  std::size_t first = 0;
  std::memcpy(&first, hash.data(), sizeof first);
  return first;
}

CopyIndex::CopyIndex(const Copy& copy) : copy_(copy) {
  by_name_.reserve(copy.files.size());
  for (std::size_t i = 0; i < copy.files.size(); ++i) by_name_.emplace(file_name(copy.files[i].path), i);
}

std::vector<std::size_t> CopyIndex::named(std::string_view name) const {
  std::vector<std::size_t> files;
  const auto range = by_name_.equal_range(name);
  for (auto found = range.first; found != range.second; ++found) files.push_back(found->second);
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::size_t> CopyIndex::at(std::string_view key) const {
  std::vector<std::size_t> files = named(file_name(key));
  std::erase_if(files, [&](std::size_t file) { return !is_at(copy_.files[file].place(), key); });
  return files;
}

}  // namespace trailkeeper::rules::digests
