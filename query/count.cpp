#include "query/count.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <mutex>
#include <numeric>

#include "event/reject.h"
#include "query/event_tests.h"
#include "query/field_catalogue.h"
#include "query/group_counts.h"
#include "query/json_path.h"
#include "query/segment_filter.h"
#include "query/segment_scan.h"
#include "query/shown_event.h"
#include "query/verdicts/verdict_filter.h"
#include "store/read_limit.h"
#include "text/timestamp.h"

namespace trailkeeper::query {
namespace {

using Values = GroupCounts::Values;
using Totals = GroupCounts;

/// The bucket that a time falls into: its first moment, and the next bucket's.
std::pair<text::Timestamp, text::Timestamp> bucket_of(text::Timestamp time, Bucket per) {
  const auto floor_to = [&](text::Timestamp unit) {
    const text::Timestamp rest = (time % unit + unit) % unit;
    return std::pair{time - rest, time - rest + unit};
  };
  switch (per) {
    case Bucket::hour: return floor_to(text::kHour);
    case Bucket::day: return floor_to(text::kDay);
    case Bucket::month: {
      const text::CivilDate date = text::civil_from_days(floor_to(text::kDay).first / text::kDay);
      const bool december = date.month == 12;
      return {
          text::days_from_civil({date.year, date.month, 1}) * text::kDay,
          text::days_from_civil({december ? date.year + 1 : date.year, december ? 1 : date.month + 1, 1}) * text::kDay};
    }
    case Bucket::none: break;
  }
  return {INT64_MIN, INT64_MAX};
}

std::string bucket_text(text::Timestamp begin, Bucket per) {
  std::string text = per == Bucket::none ? std::string{} : text::format_timestamp(begin);
  switch (per) {
    case Bucket::day: return text.substr(0, 10);
    case Bucket::month: return text.substr(0, 7);
    default: return text;
  }
}

/// What distinguishes events for one field, or for one column of a field that needs several: a number made of codes.
class Component {
 public:
  Component(const store::Segment& segment, const ShownEvents& shown, std::vector<std::size_t> columns)
      : segment_(segment), shown_(shown), columns_(std::move(columns)) {
    for (const std::size_t column : columns_) {
      const store::StringList& dictionary = segment.dictionary(column);
      offsets_.push_back(codes_);
      codes_ += dictionary.size();
      empty_codes_.push_back(columns_.size() > 1 ? dictionary.first_empty() + std::uint64_t{1} : 0);
    }
  }

  [[nodiscard]] unsigned bits() const { return store::bits_for(codes_); }
  [[nodiscard]] const std::vector<std::size_t>& columns() const { return columns_; }

  /// Adds each event's (ascending) number, shifted, to its place in `numbers`.
  void add_numbers(std::span<const std::uint32_t> events, unsigned shift, std::span<std::uint64_t> numbers) {
    if (events.empty()) return;
    views_.clear();
    for (const std::size_t column : columns_) {
      views_.push_back(segment_.column_rows(column, events.front(), events.back() + 1));
    }
    if (views_.size() == 1) {
      const store::PackedView view = views_.front();
      for (std::size_t i = 0; i < events.size(); ++i) numbers[i] |= view[events[i]] << shift;
      return;
    }
    for (std::size_t i = 0; i < events.size(); ++i) numbers[i] |= first_number(events[i]) << shift;
  }

  /// The text behind a number, as it is shown.
  [[nodiscard]] std::optional<std::string_view> text(std::uint64_t number, std::string& scratch) {
    if (number == 0) return std::nullopt;
    std::size_t i = columns_.size() - 1;
    while (number <= offsets_[i]) --i;
    const std::string_view stored =
        segment_.dictionary(columns_[i]).get(static_cast<std::uint32_t>(number - offsets_[i] - 1), scratch);
    return shown_.column_text(columns_[i], stored, masked_);
  }

 private:
  [[nodiscard]] std::uint64_t first_number(std::uint32_t event) const {
    for (std::size_t i = 0; i < views_.size(); ++i) {
      const std::uint64_t code = views_[i][event];
      if (code != empty_codes_[i] && code != 0) return offsets_[i] + code;
    }
    return 0;
  }

  const store::Segment& segment_;
  const ShownEvents& shown_;
  std::vector<std::size_t> columns_;
  std::string masked_;
  std::vector<store::PackedView> views_;
  std::vector<std::uint64_t> offsets_;
  std::vector<std::uint64_t> empty_codes_;
  std::uint64_t codes_ = 0;
};

/// Counts one segment by the codes of the columns that the fields need; turns codes into texts at the end.
class ColumnCounter {
 public:
  ColumnCounter(const store::Segment& segment, const ShownEvents& shown, const std::vector<const DerivedField*>& fields,
                Bucket per)
      : segment_(segment), shown_(shown), fields_(fields), per_(per) {
    for (const DerivedField* field : fields_) {
      std::vector<std::size_t>& own = components_of_.emplace_back();
      if (field->first_value) {
        own.push_back(component(field->columns));
      } else {
        for (const std::size_t column : field->columns) own.push_back(component({column}));
      }
    }
    for (auto part = components_.rbegin(); part != components_.rend(); ++part) {
      shifts_.insert(shifts_.begin(), bits_);
      bits_ += part->bits();
    }
  }

  /// Codes of all columns together must fit a word; nearly always they do.
  [[nodiscard]] bool fits() const { return bits_ < 64; }

  void count(std::span<const std::uint32_t> selected, Totals& totals) {
    charge_for(selected.size(), totals);
    if (direct_.empty() && bits_ <= kDirectBits) direct_.assign(std::size_t{1} << bits_, 0);
    numbers_.assign(selected.size(), 0);
    for (std::size_t i = 0; i < components_.size(); ++i) components_[i].add_numbers(selected, shifts_[i], numbers_);
    for (std::size_t i = 0; i < selected.size(); ++i) {
      if (per_ != Bucket::none) enter_bucket(segment_.time(selected[i]), totals);
      if (direct_.empty()) {
        ++hashed_[numbers_[i]];
      } else {
        ++direct_[numbers_[i]];
      }
    }
  }

  /// All events of the segment; by one column, from the numbers kept beside it.
  void count_all(Totals& totals) {
    if (fields_.size() == 1 && fields_.front()->decided_by_first && per_ == Bucket::none) {
      count_by_first_column(totals);
      return;
    }
    const bool kept = components_.size() == 1 && components_.front().columns().size() == 1 && per_ == Bucket::none;
    if (kept) {
      const store::PackedView counts = segment_.column_counts(components_.front().columns().front());
      for (std::uint64_t code = 0; code < counts.size(); ++code) {
        if (counts[code] != 0) add(code, counts[code], totals);
      }
      return;
    }
    if (components_.empty() && per_ == Bucket::none) {
      add(0, segment_.size(), totals);
      return;
    }
    std::vector<std::uint32_t> block;
    for (std::uint32_t begin = 0; begin < segment_.size(); begin += kBlock) {
      store::check_read_limit();
      block.clear();
      for (std::uint32_t i = begin; i < std::min(segment_.size(), begin + kBlock); ++i) block.push_back(i);
      count(block, totals);
    }
  }

  void finish(Totals& totals) {
    for (std::uint64_t codes = 0; codes < direct_.size(); ++codes) {
      if (direct_[codes] != 0) add(codes, direct_[codes], totals);
    }
    std::fill(direct_.begin(), direct_.end(), 0);
    // Ascending, so that dictionaries are read from front to back.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> sorted{hashed_.begin(), hashed_.end()};
    std::sort(sorted.begin(), sorted.end());
    boost::unordered_flat_map<std::uint64_t, std::uint64_t>{}.swap(hashed_);
    for (const auto& [codes, count] : sorted) {
      store::check_read_limit();
      add(codes, count, totals);
    }
    beside_.shrink(0);
  }

 private:
  // Each event may be of a group of its own: a place in the table, which doubles, and one among the sorted.
  void charge_for(std::size_t events, const Totals& totals) {
    constexpr std::size_t kPlace = 64;
    if (bits_ <= kDirectBits) return;
    if (hashed_.empty()) beside_ = totals.charge_beside();
    const std::size_t needed = (hashed_.size() + events) * kPlace;
    if (needed > beside_.held()) beside_.add(needed - beside_.held());
  }

  static constexpr unsigned kDirectBits = 16;
  static constexpr std::uint32_t kBlock = 4096;

  // A field that the first column nearly always decides: from the numbers kept beside that; only blocks with other
  // values are looked at.
  void count_by_first_column(Totals& totals) {
    const DerivedField& field = *fields_.front();
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
            shown_.column_text(first, dictionary.get(static_cast<std::uint32_t>(code - 1), scratch), masked);
      }
      if (!texts.front() || !field.decided_by_first(*texts.front())) {
        undecided = true;
      } else {
        totals.add(0, {field.text(texts)}, counts[code]);
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
      if (components_[i].columns() == columns) return i;
    }
    components_.emplace_back(segment_, shown_, columns);
    return components_.size() - 1;
  }

  void enter_bucket(text::Timestamp time, Totals& totals) {
    if (time >= bucket_begin_ && time < bucket_end_) return;
    finish(totals);
    std::tie(bucket_begin_, bucket_end_) = bucket_of(time, per_);
  }

  void add(std::uint64_t codes, std::uint64_t count, Totals& totals) {
    std::vector<std::string> scratch(components_.size());
    std::vector<std::optional<std::string_view>> texts;
    for (std::size_t i = 0; i < components_.size(); ++i) {
      const std::uint64_t mask = (std::uint64_t{1} << components_[i].bits()) - 1;
      texts.push_back(components_[i].text(codes >> shifts_[i] & mask, scratch[i]));
    }
    Values values;
    std::vector<std::optional<std::string_view>> inputs;
    for (std::size_t field = 0; field < fields_.size(); ++field) {
      inputs.clear();
      for (const std::size_t part : components_of_[field]) inputs.push_back(texts[part]);
      values.push_back(fields_[field]->text(inputs));
    }
    totals.add(per_ == Bucket::none ? 0 : bucket_begin_, std::move(values), count);
  }

  const store::Segment& segment_;
  const ShownEvents& shown_;
  const std::vector<const DerivedField*>& fields_;
  Bucket per_;
  std::vector<Component> components_;
  std::vector<std::vector<std::size_t>> components_of_;  // Field to its components.
  std::vector<unsigned> shifts_;                         // The first component has the highest bits.
  unsigned bits_ = 0;
  std::vector<std::uint64_t> numbers_;
  std::vector<std::uint64_t> direct_;
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> hashed_;
  MemoryBudget::Charge beside_;
  text::Timestamp bucket_begin_ = 0;
  text::Timestamp bucket_end_ = 0;
};

/// Counts by values that have no column: each event is decoded.
void count_decoded(const store::Segment& segment, const ShownEvents& shown, const SegmentFilter& filter,
                   const CountRequest& request, Totals& totals) {
  std::vector<std::uint32_t> selected;
  std::string json;
  for (const std::uint32_t block : filter.blocks()) {
    filter.select(block, selected);
    for (const std::uint32_t index : selected) {
      json.clear();
      shown.append(segment, index, json);
      const std::size_t size = json.size();
      json.append(event::kPadding, '\0');
      const std::string_view event{json.data(), size};
      Values values;
      for (const std::string& name : request.by) values.push_back(event_value(shown, segment, index, event, name));
      const text::Timestamp begin = request.per == Bucket::none ? 0 : bucket_of(segment.time(index), request.per).first;
      totals.add(begin, std::move(values), 1);
    }
  }
}

std::vector<CountRow> rows_of(Totals totals, const CountRequest& request) {
  std::vector<CountRow> rows;
  const auto sort_from = [&](std::size_t begin) {
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(begin);
    std::stable_sort(first, rows.end(), [](const CountRow& a, const CountRow& b) { return a.count > b.count; });
    if (request.top && rows.size() - begin > *request.top) rows.resize(begin + static_cast<std::size_t>(*request.top));
  };
  std::size_t begin = 0;
  std::optional<text::Timestamp> bucket;
  totals.drain([&](text::Timestamp of, Values values, std::uint64_t count) {
    if (bucket && *bucket != of) {
      sort_from(begin);
      begin = rows.size();
    }
    bucket = of;
    rows.push_back({bucket_text(of, request.per), std::move(values), count});
  });
  sort_from(begin);
  return rows;
}

/// Counts one segment.
void count_segment(const store::Segment& segment, const ShownEvents& shown, const Filter& filter,
                   const CountRequest& request, const std::vector<const DerivedField*>& fields, Totals& totals) {
  const SegmentFilter compiled{segment, filter};
  if (compiled.blocks().empty()) return;
  const bool columns_only = fields.size() == request.by.size();
  std::optional<ColumnCounter> counter;
  if (columns_only) counter.emplace(segment, shown, fields, request.per);
  if (!counter || !counter->fits()) {
    count_decoded(segment, shown, compiled, request, totals);
    return;
  }
  if (compiled.passes_all()) {
    counter->count_all(totals);
  } else {
    std::vector<std::uint32_t> selected;
    for (const std::uint32_t block : compiled.blocks()) {
      compiled.select(block, selected);
      counter->count(selected, totals);
    }
  }
  counter->finish(totals);
}

Totals count_all_segments(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  std::vector<const DerivedField*> fields;
  for (const std::string& name : request.by) {
    if (const DerivedField* field = derived_field(name)) fields.push_back(field);
  }
  // Groups are shown as the filter compares, unless that compares what is stored.
  std::optional<ShownEvents> own_shown;
  const ShownEvents& shown = filter.shown ? *filter.shown : own_shown.emplace(snapshot);
  Totals totals{request};
  std::mutex mutex;
  for_each_segment(snapshot, [&](const store::Segment& segment) {
    Totals own{request};
    count_segment(segment, shown, filter, request, fields, own);
    const std::lock_guard lock{mutex};
    totals.merge(std::move(own));
  });
  return totals;
}

/// Counts by verdict, which no column has: the events of each verdict by the other fields. The filter is bound.
Totals count_by_verdict(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request,
                        std::size_t place) {
  CountRequest others = request;
  others.by.erase(others.by.begin() + static_cast<std::ptrdiff_t>(place));
  Filter base = filter;
  if (!base.verdicts) base.verdicts = std::make_shared<VerdictIndex>(snapshot);
  Totals totals{request};
  std::vector<std::string_view> words;
  for (std::size_t code = 0; code < rules::verdicts::kVerdictCount; ++code) {
    words.push_back(rules::verdicts::verdict_name(static_cast<rules::verdicts::Verdict>(code)));
  }
  // An action counts once, unless the replaced events are asked for.
  const bool superseded = std::any_of(filter.fields.begin(), filter.fields.end(), [](const FieldFilter& field) {
    return field.field == FilterField::verdict && !field.negated && matches_any(field.any_of, kSupersededWord);
  });
  if (superseded) words.push_back(kSupersededWord);
  for (const std::string_view verdict : words) {
    Filter of_verdict = base;
    require_verdict(of_verdict, verdict);
    count_all_segments(snapshot, of_verdict, others)
        .drain([&](text::Timestamp bucket, Values values, std::uint64_t count) {
          values.insert(values.begin() + static_cast<std::ptrdiff_t>(place), std::string{verdict});
          totals.add(bucket, std::move(values), count);
        });
  }
  return totals;
}

}  // namespace

CountedEvents count_groups(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  // Bound here for every way of counting, so that none compares what may not be shown.
  const Filter bound = with_verdicts(snapshot, filter);
  const auto verdict = std::find(request.by.begin(), request.by.end(), "verdict");
  Totals totals =
      verdict == request.by.end()
          ? count_all_segments(snapshot, bound, request)
          : count_by_verdict(snapshot, bound, request, static_cast<std::size_t>(verdict - request.by.begin()));
  if (totals.empty() && request.by.empty() && request.per == Bucket::none) totals.add(0, {}, 0);
  CountedEvents counted;
  counted.charge = totals.take_charge();
  counted.rows = rows_of(std::move(totals), request);
  return counted;
}

std::vector<CountRow> count_events(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  return std::move(count_groups(snapshot, filter, request).rows);
}

}  // namespace trailkeeper::query
