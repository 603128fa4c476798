#include "query/sql/event_spellings.h"

#include <algorithm>

#include "query/json_path.h"
#include "query/shown_event.h"
#include "query/whole_event.h"
#include "store/segments/segment_builder.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {

namespace {

constexpr std::size_t kSome = 64;

}  // namespace

void EventSpellings::read() {
  read_ = true;
  for (const store::Segment& segment : snapshot_.segments()) {
    for (std::uint32_t number = 0; number < segment.path_count(); ++number) {
      std::string path = segment.path_name(number);
      if (path.ends_with(store::kEscapedMark) || path.ends_with(store::kNumberMark)) path.pop_back();
      // The path itself, and each that it goes through.
      for (std::size_t end = path.size(); end != text::npos && end > 0; end = path.rfind('.', end - 1)) {
        std::string part = path.substr(0, end);
        std::vector<std::string>& known = by_lower_case_[text::lowered(part)];
        if (std::find(known.begin(), known.end(), part) == known.end()) known.push_back(std::move(part));
      }
    }
  }
}

std::vector<std::string> EventSpellings::of(std::string_view path) {
  if (!read_) read();
  std::vector<std::string> spellings;
  if (const auto found = by_lower_case_.find(text::lowered(path)); found != by_lower_case_.end()) {
    spellings = found->second;
  }
  // All names of events that are kept whole would be too many to remember.
  for (const store::Segment& segment : snapshot_.segments()) {
    for_each_whole_event(segment, [&](std::string_view json) {
      for_each_spelling_of(json, path, [&](const std::string& one) {
        // More than a few are told to be several; only the path's own spelling makes a difference then.
        if (spellings.size() > kSome && one != path) return;
        if (std::find(spellings.begin(), spellings.end(), one) == spellings.end()) spellings.push_back(one);
      });
      return true;
    });
  }
  // A key that isn't shown isn't known to whoever asks for it.
  const ShownEvents shown{snapshot_};
  std::erase_if(spellings, [&](const std::string& one) { return shown.text(one) != one; });
  return spellings;
}

}  // namespace trailkeeper::query::sql
