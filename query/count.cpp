#include "query/count.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>

#include "event/reject.h"
#include "event/timestamp.h"
#include "query/field_catalogue.h"
#include "query/json_path.h"
#include "query/segment_filter.h"

namespace trailkeeper::query {
namespace {

using Values = std::vector<std::optional<std::string>>;
/// Bucket's first moment, then the values.
using Totals = std::map<std::pair<event::Timestamp, Values>, std::uint64_t>;

/// The bucket that a time falls into: its first moment, and the next bucket's.
std::pair<event::Timestamp, event::Timestamp> bucket_of(event::Timestamp time, Bucket per) {
  const auto floor_to = [&](event::Timestamp unit) {
    const event::Timestamp rest = (time % unit + unit) % unit;
    return std::pair{time - rest, time - rest + unit};
  };
  switch (per) {
    case Bucket::hour: return floor_to(event::kHour);
    case Bucket::day: return floor_to(event::kDay);
    case Bucket::month: {
      const event::CivilDate date = event::civil_from_days(floor_to(event::kDay).first / event::kDay);
      const bool december = date.month == 12;
      return {event::days_from_civil({date.year, date.month, 1}) * event::kDay,
              event::days_from_civil({december ? date.year + 1 : date.year, december ? 1 : date.month + 1, 1}) * event::kDay};
    }
    case Bucket::none: break;
  }
  return {INT64_MIN, INT64_MAX};
}

std::string bucket_text(event::Timestamp begin, Bucket per) {
  const std::string text = per == Bucket::none ? std::string{} : event::format_timestamp(begin);
  switch (per) {
    case Bucket::day: return text.substr(0, 10);
    case Bucket::month: return text.substr(0, 7);
    default: return text;
  }
}

/// Counts one segment by the codes of the columns that the fields need; turns codes into texts at the end.
class ColumnCounter {
 public:
  ColumnCounter(const store::Segment& segment, const std::vector<const DerivedField*>& fields, Bucket per)
      : segment_(segment), fields_(fields), per_(per) {
    for (const DerivedField* field : fields_) {
      for (const std::size_t column : field->columns) {
        if (std::find(columns_.begin(), columns_.end(), column) == columns_.end()) columns_.push_back(column);
      }
    }
    for (const std::size_t column : columns_) {
      views_.push_back(&segment.column(column));
      shifts_.push_back(bits_);
      bits_ += views_.back()->width();
    }
    if (bits_ <= kDirectBits) direct_.assign(std::size_t{1} << bits_, 0);
  }

  /// Codes of all columns together must fit a word; nearly always they do.
  [[nodiscard]] bool fits() const { return bits_ <= 64; }

  void count(std::span<const std::uint32_t> selected, Totals& totals) {
    for (const std::uint32_t index : selected) {
      if (per_ != Bucket::none) enter_bucket(segment_.time(index), totals);
      std::uint64_t codes = 0;
      for (std::size_t i = 0; i < views_.size(); ++i) codes |= (*views_[i])[index] << shifts_[i];
      if (direct_.empty()) {
        ++hashed_[codes];
      } else {
        ++direct_[codes];
      }
    }
  }

  /// All events of the segment, from the numbers kept beside a single column.
  void count_all(Totals& totals) {
    if (columns_.size() != 1 || per_ != Bucket::none || direct_.empty()) {
      std::vector<std::uint32_t> block;
      for (std::uint32_t begin = 0; begin < segment_.size(); begin += kBlock) {
        block.clear();
        for (std::uint32_t i = begin; i < std::min(segment_.size(), begin + kBlock); ++i) block.push_back(i);
        count(block, totals);
      }
      return;
    }
    const store::PackedView counts = segment_.column_counts(columns_.front());
    for (std::size_t code = 0; code < counts.size(); ++code) direct_[code] += counts[code];
  }

  void finish(Totals& totals) {
    for (std::uint64_t codes = 0; codes < direct_.size(); ++codes) {
      if (direct_[codes] != 0) add(codes, direct_[codes], totals);
    }
    for (const auto& [codes, count] : hashed_) add(codes, count, totals);
    std::fill(direct_.begin(), direct_.end(), 0);
    hashed_.clear();
  }

 private:
  static constexpr unsigned kDirectBits = 16;
  static constexpr std::uint32_t kBlock = 4096;

  void enter_bucket(event::Timestamp time, Totals& totals) {
    if (time >= bucket_begin_ && time < bucket_end_) return;
    finish(totals);
    std::tie(bucket_begin_, bucket_end_) = bucket_of(time, per_);
  }

  void add(std::uint64_t codes, std::uint64_t count, Totals& totals) {
    std::vector<std::string> scratch(columns_.size());
    std::vector<std::optional<std::string_view>> texts(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::uint64_t code = codes >> shifts_[i] & ((std::uint64_t{1} << views_[i]->width()) - 1);
      if (code != 0) {
        texts[i] = segment_.dictionary(columns_[i]).get(static_cast<std::uint32_t>(code - 1), scratch[i]);
      }
    }
    Values values;
    for (const DerivedField* field : fields_) {
      std::vector<std::optional<std::string_view>> inputs;
      for (const std::size_t column : field->columns) {
        const auto at = std::find(columns_.begin(), columns_.end(), column) - columns_.begin();
        inputs.push_back(texts[static_cast<std::size_t>(at)]);
      }
      values.push_back(field->text(inputs));
    }
    totals[{per_ == Bucket::none ? 0 : bucket_begin_, std::move(values)}] += count;
  }

  const store::Segment& segment_;
  const std::vector<const DerivedField*>& fields_;
  Bucket per_;
  std::vector<std::size_t> columns_;
  std::vector<const store::PackedView*> views_;
  std::vector<unsigned> shifts_;
  unsigned bits_ = 0;
  std::vector<std::uint64_t> direct_;
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> hashed_;
  event::Timestamp bucket_begin_ = 0;
  event::Timestamp bucket_end_ = 0;
};

/// Counts by values that have no column: each event is decoded.
void count_decoded(const store::Segment& segment, std::uint64_t hash_seed, const SegmentFilter& filter,
                   const CountRequest& request, Totals& totals) {
  std::vector<std::uint32_t> selected;
  std::string json;
  for (const std::uint32_t block : filter.blocks()) {
    filter.select(block, selected);
    for (const std::uint32_t index : selected) {
      json.clear();
      segment.append_event(index, hash_seed, json);
      const std::size_t size = json.size();
      json.append(event::kPadding, '\0');
      const std::string_view event{json.data(), size};
      Values values;
      for (const std::string& name : request.by) values.push_back(event_value(segment, index, event, name));
      const event::Timestamp begin = request.per == Bucket::none ? 0 : bucket_of(segment.time(index), request.per).first;
      ++totals[{begin, std::move(values)}];
    }
  }
}

std::vector<CountRow> rows_of(const Totals& totals, const CountRequest& request) {
  std::vector<CountRow> rows;
  const auto sort_from = [&](std::size_t begin) {
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(begin);
    std::stable_sort(first, rows.end(), [](const CountRow& a, const CountRow& b) { return a.count > b.count; });
    if (request.top && rows.size() - begin > *request.top) rows.resize(begin + static_cast<std::size_t>(*request.top));
  };
  std::size_t begin = 0;
  const event::Timestamp* bucket = nullptr;
  for (const auto& [key, count] : totals) {
    if (bucket != nullptr && *bucket != key.first) {
      sort_from(begin);
      begin = rows.size();
    }
    bucket = &key.first;
    rows.push_back({bucket_text(key.first, request.per), key.second, count});
  }
  sort_from(begin);
  return rows;
}

}  // namespace

std::vector<CountRow> count_events(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request) {
  std::vector<const DerivedField*> fields;
  for (const std::string& name : request.by) {
    if (const DerivedField* field = derived_field(name)) fields.push_back(field);
  }
  const bool columns_only = fields.size() == request.by.size();
  Totals totals;
  for (const store::Segment& segment : snapshot.segments()) {
    const SegmentFilter compiled{segment, filter};
    if (compiled.blocks().empty()) continue;
    std::optional<ColumnCounter> counter;
    if (columns_only) counter.emplace(segment, fields, request.per);
    if (!counter || !counter->fits()) {
      count_decoded(segment, snapshot.hash_seed(), compiled, request, totals);
      continue;
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
  if (totals.empty() && request.by.empty() && request.per == Bucket::none) totals[{0, {}}] = 0;
  return rows_of(totals, request);
}

}  // namespace trailkeeper::query
