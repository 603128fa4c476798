#include "query/column_numbers.h"

#include "store/segments/bit_pack.h"

namespace trailkeeper::query {
namespace {

class ColumnNumbers final : public EventNumbers {
 public:
  ColumnNumbers(const store::Segment& segment, const ShownEvents& shown, std::vector<std::size_t> columns)
      : segment_(segment), shown_(shown), columns_(std::move(columns)) {
    for (const std::size_t column : columns_) {
      const store::StringList& dictionary = segment.dictionary(column);
      offsets_.push_back(codes_);
      codes_ += dictionary.size();
      empty_codes_.push_back(columns_.size() > 1 ? dictionary.first_empty() + std::uint64_t{1} : 0);
    }
  }

  [[nodiscard]] unsigned bits() const override { return store::bits_for(codes_); }

  void add_numbers(std::span<const std::uint32_t> events, unsigned shift, std::span<std::uint64_t> numbers) override {
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

  [[nodiscard]] std::optional<std::string_view> text(std::uint64_t number, std::string& scratch) override {
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

}  // namespace

std::unique_ptr<EventNumbers> column_numbers(const store::Segment& segment, const ShownEvents& shown,
                                             std::vector<std::size_t> columns) {
  return std::make_unique<ColumnNumbers>(segment, shown, std::move(columns));
}

}  // namespace trailkeeper::query
