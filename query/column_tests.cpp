#include "query/column_tests.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace trailkeeper::query {

namespace {

/// Which codes plus one of a column pass; found out for all at once, or for each when it is first met.
class PassingCodes {
 public:
  PassingCodes(const store::StringList& dictionary, TextTest test, bool absent, bool lazily)
      : dictionary_(dictionary), test_(std::move(test)), lazily_(lazily) {
    if (lazily) {
      states_.assign(dictionary.size() + 1U, kUnknown);
      states_[0] = absent ? kPasses : kFails;
    } else {
      states_ = passing_codes(dictionary, test_, absent);
    }
  }

  [[nodiscard]] bool operator[](std::uint64_t code) const {
    std::uint8_t& state = states_[code];
    if (state == kUnknown)
      state = test_(dictionary_.get(static_cast<std::uint32_t>(code - 1), scratch_)) ? kPasses : kFails;
    return state == kPasses;
  }

  /// Whether each code passes (1 or 0), if that is known for all.
  [[nodiscard]] const std::uint8_t* table() const { return lazily_ ? nullptr : states_.data(); }

  /// False if surely none passes.
  [[nodiscard]] bool any() const {
    return std::any_of(states_.begin(), states_.end(), [](std::uint8_t state) { return state != kFails; });
  }

  /// The codes that pass, if that is known and they are few; else nothing.
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> few() const {
    // With many passing codes nearly every block of events has one.
    constexpr std::size_t kFew = 64;
    std::vector<std::uint32_t> codes;
    if (states_[0] != kFails) return std::nullopt;
    for (std::uint32_t code = 1; code < states_.size(); ++code) {
      if (states_[code] == kUnknown || (states_[code] == kPasses && codes.size() == kFew)) return std::nullopt;
      if (states_[code] == kPasses) codes.push_back(code);
    }
    return codes;
  }

 private:
  static constexpr std::uint8_t kFails = 0;
  static constexpr std::uint8_t kPasses = 1;
  static constexpr std::uint8_t kUnknown = 2;

  const store::StringList& dictionary_;
  TextTest test_;
  bool lazily_;
  mutable std::vector<std::uint8_t> states_;
  mutable std::string scratch_;
};

class ColumnTest : public EventTest {
 public:
  ColumnTest(const store::Segment& segment, std::size_t column, const TextTest& test, bool absent, bool lazily)
      : segment_(segment),
        column_(column),
        lazily_(lazily),
        codes_(lazily ? segment.column_rows(column, 0, 0) : segment.column(column)),
        passing_(segment.dictionary(column), test, absent, lazily) {}

  [[nodiscard]] bool possible() const override { return passing_.any(); }
  [[nodiscard]] bool passes(std::uint32_t index) const override {
    check(index, index + 1);
    return passing_[codes_[index]];
  }

  std::size_t select(std::span<std::uint32_t> selected) const override {
    if (selected.empty()) return 0;
    check(selected.front(), selected.back() + 1);
    const bool whole = selected.back() - selected.front() + 1 == selected.size();
    if (whole && passing_.table() != nullptr) return select_range(selected);
    std::size_t kept = 0;
    for (const std::uint32_t index : selected) {
      selected[kept] = index;
      kept += passing_[codes_[index]] ? 1 : 0;
    }
    return kept;
  }

  void prune(std::span<std::uint8_t> blocks) const override {
    const auto codes = passing_.few();
    if (!codes) return;
    const store::BlockPostings& postings = segment_.postings(column_);
    if (!postings.available()) return;
    std::vector<std::uint8_t> marked(blocks.size(), 0);
    for (const std::uint32_t code : *codes) postings.mark(code - 1, marked);
    for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i] &= marked[i];
  }

  [[nodiscard]] const store::PackedView& codes() const { return codes_; }
  [[nodiscard]] const PassingCodes& passing() const { return passing_; }

 private:
  // Of events that follow one another: their codes are unpacked together.
  std::size_t select_range(std::span<std::uint32_t> selected) const {
    const std::uint8_t* const passes = passing_.table();
    std::array<std::uint32_t, store::kPostingBlock> codes;
    std::size_t kept = 0;
    for (std::size_t begin = 0; begin < selected.size(); begin += codes.size()) {
      const std::size_t size = std::min(codes.size(), selected.size() - begin);
      const std::uint32_t first = selected[begin];
      codes_.unpack(first, {codes.data(), size});
      for (std::size_t i = 0; i < size; ++i) {
        selected[kept] = first + static_cast<std::uint32_t>(i);
        kept += passes[codes[i]];
      }
    }
    return kept;
  }

  // Only what is looked at is checked, if that is little.
  void check(std::uint32_t first, std::uint32_t end) const {
    if (lazily_) static_cast<void>(segment_.column_rows(column_, first, end));
  }

  const store::Segment& segment_;
  std::size_t column_;
  bool lazily_;
  const store::PackedView& codes_;
  PassingCodes passing_;
};

class FirstColumnTest : public EventTest {
 public:
  FirstColumnTest(const store::Segment& segment, const std::vector<std::size_t>& columns, const TextTest& test) {
    for (const std::size_t column : columns) {
      // An empty text counts as no value.
      tests_.emplace_back(segment, column, test, false, false);
      empty_.push_back(passing_codes(
          segment.dictionary(column), [](std::string_view text) { return text.empty(); }, true));
    }
  }

  [[nodiscard]] bool possible() const override {
    return std::any_of(tests_.begin(), tests_.end(), [](const ColumnTest& test) { return test.possible(); });
  }

  [[nodiscard]] bool passes(std::uint32_t index) const override {
    for (std::size_t i = 0; i < tests_.size(); ++i) {
      const std::uint64_t code = tests_[i].codes()[index];
      if (empty_[i][code] == 0) return tests_[i].passing()[code];
    }
    return false;
  }

 private:
  std::vector<ColumnTest> tests_;
  std::vector<std::vector<std::uint8_t>> empty_;
};

}  // namespace

std::unique_ptr<EventTest> test_column(const store::Segment& segment, std::size_t column, const TextTest& test,
                                       bool absent, bool lazily) {
  return std::make_unique<ColumnTest>(segment, column, test, absent, lazily);
}

std::unique_ptr<EventTest> test_first_column(const store::Segment& segment, const std::vector<std::size_t>& columns,
                                             const TextTest& test) {
  return std::make_unique<FirstColumnTest>(segment, columns, test);
}

}  // namespace trailkeeper::query
