#include "store/segments/merge_codes.h"

#include <map>

#include "store/error.h"
#include "store/segments/segment_encoder.h"
#include "store/segments/string_list.h"
#include "store/segments/string_table.h"

namespace trailkeeper::store {
namespace {

constexpr std::uint32_t kAbsent = MergedPaths::kAbsent;

// A byte for each code of each path of an input; nothing where all are used.
using UsedCodes = std::vector<std::vector<std::uint8_t>>;

UsedCodes used_codes(const std::vector<MergeInput>& inputs, std::size_t input, const KeptRows& rows) {
  UsedCodes used;
  if (inputs[input].keep.empty()) return used;
  const Segment& segment = *inputs[input].segment;
  for (std::uint32_t path = 0; path < segment.path_count(); ++path) used.emplace_back(segment.dictionary(path).size());
  for (std::size_t column = 0; column < kColumnCount; ++column) {
    const PackedView& codes = segment.column(column);
    for (std::uint32_t index = 0; index < segment.size(); ++index) {
      if (inputs[input].keep[index] != 0 && codes[index] != 0) used[column].at(codes[index] - 1) = 1;
    }
  }
  for (std::uint32_t number = 0; number < segment.table_count(); ++number) {
    for (const TableSlot& slot : segment.table(number).slots) {
      if (slot.kind != SlotKind::text) continue;
      rows.for_each(input, number, [&](std::uint32_t row) { used.at(slot.path).at(slot.values[row]) = 1; });
    }
  }
  return used;
}

}  // namespace

MergedPaths unite_paths(const std::vector<MergeInput>& inputs) {
  MergedPaths paths;
  std::map<std::string, std::uint32_t, std::less<>> numbers;
  for (const MergeInput& input : inputs) {
    std::vector<std::uint32_t>& of_input = paths.numbers.emplace_back();
    const std::uint32_t count = input.segment->path_count();
    for (std::uint32_t path = 0; path < count; ++path) {
      const std::string name = input.segment->path_name(path);
      const auto [entry, added] = numbers.try_emplace(name, static_cast<std::uint32_t>(paths.names.size()));
      if (added) paths.names.push_back(name);
      of_input.push_back(entry->second);
    }
  }
  return paths;
}

void MergedPaths::keep(const std::vector<bool>& wanted) {
  std::vector<std::uint32_t> places(names.size(), kAbsent);
  std::uint32_t kept = 0;
  for (std::size_t path = 0; path < names.size(); ++path) {
    if (!wanted[path]) continue;
    if (kept != path) names[kept] = std::move(names[path]);
    places[path] = kept++;
  }
  names.resize(kept);
  for (std::vector<std::uint32_t>& of_input : numbers) {
    for (std::uint32_t& path : of_input) path = places[path];
  }
}

std::uint32_t MergedCodes::of(std::size_t input, std::uint32_t path, std::uint64_t code) const {
  if (path >= codes_[input].size()) throw_corrupt("a table names a dictionary that does not exist");
  const std::vector<std::uint32_t>& codes = codes_[input][path];
  if (code >= codes.size()) throw_corrupt("a code lies outside its dictionary");
  return codes[static_cast<std::size_t>(code)];
}

MergedCodes write_dictionaries(const std::vector<MergeInput>& inputs, const MergedPaths& paths, const KeptRows& rows,
                               const EachWhole& whole, SegmentParts& parts) {
  MergedCodes merged;
  std::vector<UsedCodes> used;
  std::vector<std::vector<std::uint32_t>> local(inputs.size());  // Input, new path to its own.
  for (std::size_t input = 0; input < inputs.size(); ++input) {
    used.push_back(used_codes(inputs, input, rows));
    const std::vector<std::uint32_t>& numbers = paths.numbers[input];
    local[input].assign(paths.names.size(), kAbsent);
    for (std::uint32_t path = 0; path < numbers.size(); ++path) {
      if (numbers[path] != kAbsent) local[input][numbers[path]] = path;
    }
    merged.codes_.emplace_back(numbers.size());
  }
  ChunkedBlobs blobs{parts, SectionId::strings};
  StringListWriter writer;
  std::string scratch;
  for (std::size_t path = 0; path < paths.names.size(); ++path) {
    StringTable united;
    for (std::size_t input = 0; input < inputs.size(); ++input) {
      const std::uint32_t own = local[input][path];
      if (own == kAbsent) continue;
      const StringList& strings = inputs[input].segment->dictionary(own);
      std::vector<std::uint32_t>& codes = merged.codes_[input][own];
      codes.reserve(strings.size());
      for (std::uint32_t code = 0; code < strings.size(); ++code) {
        const bool is_used = used[input].empty() || used[input][own][code] != 0;
        codes.push_back(is_used ? united.code_of(strings.get(code, scratch)) : kAbsent);
      }
    }
    for (std::uint32_t code = 0; code < united.size(); ++code) writer.add(united[code]);
    writer.finish(blobs.begin_blob());
    merged.counts_.push_back(united.size());
  }
  if (whole) {
    whole([&writer](std::string_view event) { writer.add(event); });
    writer.finish(blobs.begin_blob());
  }
  blobs.finish(SectionId::path_index);
  const auto each_name = [&](const auto& add) {
    for (const std::string& name : paths.names) add(name);
    if (whole) add(kWholeRecord);
  };
  encode_strings(SectionId::path_names, each_name, parts);
  return merged;
}

}  // namespace trailkeeper::store
