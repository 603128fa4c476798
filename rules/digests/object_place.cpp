#include "rules/digests/object_place.h"

#include <algorithm>

#include "text/ascii.h"

namespace trailkeeper::rules::digests {
namespace {

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; });
}

// Empty folders are somebody's prefix with a slash too many.
bool leads_down(std::string_view key) {
  if (file_name(key).empty()) return false;
  while (true) {
    const std::size_t end = key.find('/');
    const std::string_view folder = key.substr(0, end);
    if (folder == "." || folder == "..") return false;
    if (end == text::npos) return true;
    key.remove_prefix(end + 1);
  }
}

// Whether a path ends with these folders and this name, whole ones.
bool ends_with_path(std::string_view path, std::string_view end) {
  return path.ends_with(end) && (path.size() == end.size() || path[path.size() - end.size() - 1] == '/');
}

// How many last bytes two paths have in common, as whole folders and the name.
std::size_t common_end(std::string_view a, std::string_view b) {
  std::size_t whole = 0;
  for (std::size_t size = 0; size <= a.size() && size <= b.size(); ++size) {
    const bool a_begins = size == a.size() || a[a.size() - size - 1] == '/';
    const bool b_begins = size == b.size() || b[b.size() - size - 1] == '/';
    if (a_begins && b_begins) whole = size;
    if (size == a.size() || size == b.size() || a[a.size() - size - 1] != b[b.size() - size - 1]) break;
  }
  return whole;
}

}  // namespace

std::string_view from_layout(std::string_view key) {
  constexpr std::string_view kRoot = "AWSLogs/";
  for (std::size_t at = key.rfind(kRoot); at != text::npos; at = at == 0 ? text::npos : key.rfind(kRoot, at - 1)) {
    if (at == 0 || key[at - 1] == '/') return key.substr(at);
  }
  return key;
}

std::string ObjectPlace::uri() const { return "s3://" + bucket + "/" + key; }

bool is_sound(const ObjectPlace& place) {
  return !place.bucket.empty() && !has_control(place.bucket) && place.bucket.find('/') == text::npos &&
         !has_control(place.key) && leads_down(place.key);
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_at(CopyPath file, std::string_view key) {
  return ends_with_path(file.path, from_layout(key)) || ends_with_path(key, file.path.substr(file.folder));
}

std::string expected_path(std::string_view key, std::string_view known_path, std::string_view known_key) {
  const std::size_t common = common_end(known_path, known_key);
  const std::string_view prefix = known_key.substr(0, known_key.size() - common);
  if (common == 0 || !key.starts_with(prefix)) return {};
  return std::string{known_path.substr(0, known_path.size() - common)} + std::string{key.substr(prefix.size())};
}

}  // namespace trailkeeper::rules::digests
