#include "query/segment_counter.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <numeric>

#include "query/column_numbers.h"
#include "query/column_tests.h"
#include "query/leaves/leaf_numbers.h"
#include "store/read_limit.h"
#include "store/segments/bit_pack.h"
#include "store/segments/block_postings.h"

namespace trailkeeper::query {

std::optional<CountedField> counted_field(std::string_view name) {
  if (const DerivedField* const field = derived_field(name)) return CountedField{field, {}};
  auto path = leaf_path(name);
  if (!path) return std::nullopt;
  return CountedField{nullptr, std::move(*path)};
}

class SegmentCounter::Counter {
 public:
  Counter(const store::Segment& segment, std::shared_ptr<const ShownEvents> shown, std::vector<CountedField> fields,
          Bucket per, const GroupCounts& totals)
      : segment_(segment), shown_(std::move(shown)), fields_(std::move(fields)), per_(per) {
    for (const CountedField& field : fields_) {
      std::vector<std::size_t>& own = components_of_.emplace_back();
      if (field.derived == nullptr) {
        own.push_back(components_.size());
        components_.push_back({{}, std::make_unique<LeafNumbers>(segment, field.path, shown_, totals.charge_beside())});
      } else if (field.derived->first_value) {
        own.push_back(component(field.derived->columns));
      } else {
        for (const std::size_t column : field.derived->columns) own.push_back(component({column}));
      }
    }
    for (auto part = components_.rbegin(); part != components_.rend(); ++part) {
      shifts_.insert(shifts_.begin(), bits_);
      bits_ += part->numbers->bits();
    }
    by_ = fields_.size() - (totals.counts_distinct() ? 1 : 0);
    for (std::size_t field = 0; fits() && field < by_; ++field) {
      for (const std::size_t part : components_of_[field]) group_bits_ |= mask_of(part) << shifts_[part];
    }
    scratch_.resize(components_.size());
  }

  /// Codes of all columns together must fit a word; nearly always they do.
  [[nodiscard]] bool fits() const { return bits_ < 64; }

  void count(std::span<const std::uint32_t> selected, GroupCounts& totals) {
    charge_for(selected.size(), totals);
    if (direct_.empty() && bits_ <= kDirectBits) direct_.assign(std::size_t{1} << bits_, {});
    numbers_.assign(selected.size(), 0);
    for (std::size_t i = 0; i < components_.size(); ++i)
      components_[i].numbers->add_numbers(selected, shifts_[i], numbers_);
    for (std::size_t i = 0; i < selected.size(); ++i) {
      if (per_ != Bucket::none) enter_bucket(segment_.time(selected[i]), totals);
      Met& met = direct_.empty() ? hashed_[numbers_[i]] : direct_[numbers_[i]];
      if (met.count++ == 0) met.first = selected[i];
      met.last = selected[i];
    }
  }

  /// All events of the segment; by one column, from the numbers kept beside it.
  void count_all(GroupCounts& totals) {
    if (!totals.wants_times() && count_by_kept_numbers(totals)) return;
    std::vector<std::uint32_t> block;
    for (std::uint32_t begin = 0; begin < segment_.size(); begin += kBlock) {
      store::check_read_limit();
      block.clear();
      for (std::uint32_t i = begin; i < std::min(segment_.size(), begin + kBlock); ++i) block.push_back(i);
      count(block, totals);
    }
  }

  void finish(GroupCounts& totals) {
    group_ = nullptr;
    for (std::uint64_t codes = 0; codes < direct_.size(); ++codes) {
      if (direct_[codes].count != 0) add_met(codes, direct_[codes], totals);
    }
    std::fill(direct_.begin(), direct_.end(), Met{});
    // Ascending, so that dictionaries are read from front to back.
    std::vector<std::pair<std::uint64_t, Met>> sorted{hashed_.begin(), hashed_.end()};
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    boost::unordered_flat_map<std::uint64_t, Met>{}.swap(hashed_);
    for (const auto& [codes, met] : sorted) {
      store::check_read_limit();
      add_met(codes, met, totals);
    }
    beside_.shrink(0);
  }

 private:
  /// Events that have the same numbers: the segment has them in order of time.
  struct Met {
    std::uint32_t count = 0;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };

  // From what the segment says of whole columns; false if it doesn't say this.
  bool count_by_kept_numbers(GroupCounts& totals) {
    if (by_ == 1 && fields_.size() == 1 && fields_.front().derived != nullptr &&
        fields_.front().derived->decided_by_first && per_ == Bucket::none) {
      count_by_first_column(totals);
      return true;
    }
    const bool kept = components_.size() == 1 && components_.front().columns.size() == 1 && per_ == Bucket::none;
    if (kept) {
      const store::PackedView counts = segment_.column_counts(components_.front().columns.front());
      for (std::uint64_t code = 0; code < counts.size(); ++code) {
        if (counts[code] != 0) add(code, {.count = counts[code]}, totals);
      }
      return true;
    }
    if (!components_.empty() || per_ != Bucket::none) return false;
    add(0, {.count = segment_.size()}, totals);
    return true;
  }

  // Each event may be of a group of its own: a place in the table, which doubles, and one among the sorted.
  void charge_for(std::size_t events, const GroupCounts& totals) {
    constexpr std::size_t kPlace = 112;
    if (bits_ <= kDirectBits) return;
    if (hashed_.empty()) beside_ = totals.charge_beside();
    const std::size_t needed = (hashed_.size() + events) * kPlace;
    if (needed > beside_.held()) beside_.add(needed - beside_.held());
  }

  /// What a field, or one column of a field that needs several, makes of events.
  struct Component {
    std::vector<std::size_t> columns;  // Empty: of a path.
    std::unique_ptr<EventNumbers> numbers;
  };

  static constexpr unsigned kDirectBits = 16;
  static constexpr std::uint32_t kBlock = 4096;

  // A field that the first column nearly always decides: from the numbers kept beside that; only blocks with other
  // values are looked at.
  void count_by_first_column(GroupCounts& totals) {
    const DerivedField& field = *fields_.front().derived;
    const std::size_t first = field.columns.front();
    const store::PackedView counts = segment_.column_counts(first);
    const store::StringList& dictionary = segment_.dictionary(first);
    std::string scratch;
    std::string masked;
    std::vector<std::optional<std::string_view>> texts(field.columns.size());
    bool undecided = false;
    for (std::uint64_t code = 0; code < counts.size(); ++code) {
      if (counts[code] == 0) continue;
      texts.front() = std::nullopt;
      if (code > 0) {
        texts.front() =
            shown_->column_text(first, dictionary.get(static_cast<std::uint32_t>(code - 1), scratch), masked);
      }
      if (!texts.front() || !field.decided_by_first(*texts.front())) {
        undecided = true;
      } else {
        totals.add(0, {field.text(texts)}, {.count = counts[code]});
      }
    }
    if (!undecided) return;
    const auto test = test_column(
        segment_, first, [&](std::string_view text) { return !field.decided_by_first(text); }, true);
    std::vector<std::uint8_t> blocks((segment_.size() + store::kPostingBlock - 1) / store::kPostingBlock, 1);
    test->prune(blocks);
    std::vector<std::uint32_t> selected;
    for (std::uint32_t block = 0; block < blocks.size(); ++block) {
      if (blocks[block] == 0) continue;
      const std::uint32_t begin = block * store::kPostingBlock;
      selected.resize(std::min(store::kPostingBlock, segment_.size() - begin));
      std::iota(selected.begin(), selected.end(), begin);
      selected.resize(test->select(selected));
      count(selected, totals);
    }
  }

  std::size_t component(const std::vector<std::size_t>& columns) {
    for (std::size_t i = 0; i < components_.size(); ++i) {
      if (components_[i].columns == columns) return i;
    }
    components_.push_back({columns, column_numbers(segment_, *shown_, columns)});
    return components_.size() - 1;
  }

  void enter_bucket(text::Timestamp time, GroupCounts& totals) {
    if (time >= bucket_begin_ && time < bucket_end_) return;
    finish(totals);
    std::tie(bucket_begin_, bucket_end_) = bucket_of(time, per_);
  }

  void add_met(std::uint64_t codes, const Met& met, GroupCounts& totals) {
    GroupFigures figures{.count = met.count};
    if (totals.wants_times()) {
      figures.first = segment_.time(met.first);
      figures.last = segment_.time(met.last);
    }
    add(codes, figures, totals);
  }

  // Numbers of one group come one after the other where there are distinct values, whose bits are the lowest.
  void add(std::uint64_t codes, const GroupFigures& figures, GroupCounts& totals) {
    if (group_ == nullptr || (codes & group_bits_) != group_codes_) {
      GroupCounts::Values values;
      for (std::size_t field = 0; field < by_; ++field) values.push_back(text_of(field, codes));
      group_ = &totals.group(per_ == Bucket::none ? 0 : bucket_begin_, std::move(values));
      group_codes_ = codes & group_bits_;
    }
    totals.add(*group_, figures, by_ < fields_.size() ? text_of(by_, codes) : std::nullopt);
  }

  [[nodiscard]] std::uint64_t mask_of(std::size_t part) const {
    return (std::uint64_t{1} << components_[part].numbers->bits()) - 1;
  }

  [[nodiscard]] std::optional<std::string> text_of(std::size_t field, std::uint64_t codes) {
    inputs_.clear();
    for (const std::size_t part : components_of_[field]) {
      inputs_.push_back(components_[part].numbers->text(codes >> shifts_[part] & mask_of(part), scratch_[part]));
    }
    if (const DerivedField* const derived = fields_[field].derived) return derived->text(inputs_);
    if (!inputs_.front()) return std::nullopt;
    return std::string{*inputs_.front()};
  }

  const store::Segment& segment_;
  std::shared_ptr<const ShownEvents> shown_;
  std::vector<CountedField> fields_;
  Bucket per_;
  std::vector<Component> components_;
  std::vector<std::vector<std::size_t>> components_of_;  // Field to its components.
  std::vector<unsigned> shifts_;                         // The first component has the highest bits.
  std::size_t by_ = 0;  // Fields that make groups; one behind them has distinct values.
  unsigned bits_ = 0;
  std::vector<std::uint64_t> numbers_;
  std::vector<Met> direct_;
  boost::unordered_flat_map<std::uint64_t, Met> hashed_;
  std::vector<std::string> scratch_;
  std::vector<std::optional<std::string_view>> inputs_;
  GroupCounts::Group* group_ = nullptr;  // The last one, and the bits of its numbers.
  std::uint64_t group_codes_ = 0;
  std::uint64_t group_bits_ = 0;
  MemoryBudget::Charge beside_;
  text::Timestamp bucket_begin_ = 0;
  text::Timestamp bucket_end_ = 0;
};

SegmentCounter::SegmentCounter(const store::Segment& segment, std::shared_ptr<const ShownEvents> shown,
                               std::vector<CountedField> fields, Bucket per, const GroupCounts& totals)
    : counter_(std::make_unique<Counter>(segment, std::move(shown), std::move(fields), per, totals)) {}
SegmentCounter::~SegmentCounter() = default;

bool SegmentCounter::fits() const { return counter_->fits(); }
void SegmentCounter::count(std::span<const std::uint32_t> selected, GroupCounts& totals) {
  counter_->count(selected, totals);
}
void SegmentCounter::count_all(GroupCounts& totals) { counter_->count_all(totals); }
void SegmentCounter::finish(GroupCounts& totals) { counter_->finish(totals); }

}  // namespace trailkeeper::query
