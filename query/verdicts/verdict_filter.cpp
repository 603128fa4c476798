#include "query/verdicts/verdict_filter.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "query/event_names.h"
#include "query/shown_event.h"
#include "store/segments/block_postings.h"

namespace trailkeeper::query {

using rules::verdicts::kVerdictCount;
using rules::verdicts::Verdict;

namespace {

class VerdictTest final : public EventTest {
 public:
  VerdictTest(const std::vector<std::uint8_t>& codes, const std::array<bool, kVerdictCount>& wanted, bool superseded)
      : codes_(codes), wanted_(wanted), superseded_(superseded) {}

  [[nodiscard]] bool possible() const override {
    return superseded_ || std::find(wanted_.begin(), wanted_.end(), true) != wanted_.end();
  }
  [[nodiscard]] bool passes(std::uint32_t index) const override {
    if ((codes_[index] & kSuperseded) != 0) return superseded_;
    return codes_[index] < kVerdictCount && wanted_[codes_[index]];
  }
  // Looks at the verdicts themselves: a byte an event is less than any posting would save.
  void prune(std::span<std::uint8_t> blocks) const override {
    for (std::uint32_t block = 0; block < blocks.size(); ++block) {
      if (blocks[block] == 0) continue;
      const std::size_t begin = std::size_t{block} * store::kPostingBlock;
      const std::size_t end = std::min(codes_.size(), begin + store::kPostingBlock);
      bool any = false;
      for (std::size_t i = begin; i < end && !any; ++i) any = passes(static_cast<std::uint32_t>(i));
      if (!any) blocks[block] = 0;
    }
  }

 private:
  const std::vector<std::uint8_t>& codes_;
  std::array<bool, kVerdictCount> wanted_;
  bool superseded_;
};

}  // namespace

Filter with_verdicts(const store::Snapshot& snapshot, const Filter& filter) {
  Filter bound = filter;
  const bool asked = std::any_of(filter.fields.begin(), filter.fields.end(),
                                 [](const FieldFilter& field) { return field.field == FilterField::verdict; });
  if (asked && !bound.verdicts) bound.verdicts = std::make_shared<VerdictIndex>(snapshot);
  if (!bound.as_stored && !bound.shown) bound.shown = std::make_shared<const ShownEvents>(snapshot);
  if (!bound.names) bound.names = std::make_shared<const EventNames>(snapshot);
  return bound;
}

void require_verdict(Filter& filter, std::string_view verdict) {
  const std::string name{verdict};
  filter.fields.push_back({FilterField::verdict, {Pattern{name}}, {name}});
}

std::unique_ptr<EventTest> test_verdict(const store::Segment& segment, const FieldFilter& filter,
                                        VerdictIndex* verdicts) {
  if (verdicts == nullptr) throw std::invalid_argument("events can't be filtered by verdict here");
  std::array<bool, kVerdictCount> wanted{};
  for (std::size_t code = 0; code < kVerdictCount; ++code) {
    wanted[code] = matches_any(filter.any_of, rules::verdicts::verdict_name(static_cast<Verdict>(code)));
  }
  return std::make_unique<VerdictTest>(verdicts->of(segment), wanted, matches_any(filter.any_of, kSupersededWord));
}

}  // namespace trailkeeper::query
