#include "query/event_tests.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "event/guid.h"
#include "query/json_path.h"
#include "query/whole_event.h"
#include "text/json_text.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

using store::SlotKind;

namespace {

// Which codes plus one of a dictionary pass.
std::vector<std::uint8_t> passing_codes(const store::StringList& dictionary, const TextTest& test, bool absent) {
  std::vector<std::uint8_t> passing(dictionary.size() + 1U, 0);
  passing[0] = absent ? 1 : 0;
  std::string scratch;
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) {
    passing[code + 1U] = test(dictionary.get(code, scratch)) ? 1 : 0;
  }
  return passing;
}

bool any_passing(const std::vector<std::uint8_t>& passing) {
  return std::find(passing.begin(), passing.end(), 1) != passing.end();
}

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

class AllTest : public EventTest {
 public:
  explicit AllTest(std::vector<std::unique_ptr<EventTest>> tests) : tests_(std::move(tests)) {}
  [[nodiscard]] bool possible() const override {
    return std::all_of(tests_.begin(), tests_.end(), [](const auto& test) { return test->possible(); });
  }
  [[nodiscard]] bool passes(std::uint32_t index) const override {
    return std::all_of(tests_.begin(), tests_.end(), [&](const auto& test) { return test->passes(index); });
  }
  std::size_t select(std::span<std::uint32_t> selected) const override {
    for (const auto& test : tests_) selected = selected.first(test->select(selected));
    return selected.size();
  }
  void prune(std::span<std::uint8_t> blocks) const override {
    for (const auto& test : tests_) test->prune(blocks);
  }

 private:
  std::vector<std::unique_ptr<EventTest>> tests_;
};

class AnyTest : public EventTest {
 public:
  explicit AnyTest(std::vector<std::unique_ptr<EventTest>> tests) : tests_(std::move(tests)) {
    std::erase_if(tests_, [](const auto& test) { return !test->possible(); });
  }
  [[nodiscard]] bool possible() const override { return !tests_.empty(); }
  [[nodiscard]] bool passes(std::uint32_t index) const override {
    return std::any_of(tests_.begin(), tests_.end(), [&](const auto& test) { return test->passes(index); });
  }
  // Test by test, each on what no other has passed.
  std::size_t select(std::span<std::uint32_t> selected) const override {
    std::vector<std::uint32_t> rest(selected.begin(), selected.end());
    std::vector<std::uint32_t> passing;
    std::vector<std::uint32_t> all;
    std::vector<std::uint32_t> next;
    for (const auto& test : tests_) {
      passing = rest;
      passing.resize(test->select(passing));
      if (passing.empty()) continue;
      next.clear();
      std::set_difference(rest.begin(), rest.end(), passing.begin(), passing.end(), std::back_inserter(next));
      rest.swap(next);
      next.clear();
      std::merge(all.begin(), all.end(), passing.begin(), passing.end(), std::back_inserter(next));
      all.swap(next);
    }
    std::copy(all.begin(), all.end(), selected.begin());
    return all.size();
  }
  void prune(std::span<std::uint8_t> blocks) const override {
    std::vector<std::uint8_t> kept(blocks.size(), 0);
    for (const auto& test : tests_) {
      std::vector<std::uint8_t> own(blocks.begin(), blocks.end());
      test->prune(own);
      for (std::size_t i = 0; i < kept.size(); ++i) kept[i] |= own[i];
    }
    std::copy(kept.begin(), kept.end(), blocks.begin());
  }

 private:
  std::vector<std::unique_ptr<EventTest>> tests_;
};

class NotTest : public EventTest {
 public:
  explicit NotTest(std::unique_ptr<EventTest> test) : test_(std::move(test)) {}
  [[nodiscard]] bool possible() const override { return true; }
  [[nodiscard]] bool passes(std::uint32_t index) const override { return !test_->passes(index); }
  std::size_t select(std::span<std::uint32_t> selected) const override {
    refused_.assign(selected.begin(), selected.end());
    refused_.resize(test_->select(refused_));
    // Both ascend.
    auto refused = refused_.begin();
    std::size_t kept = 0;
    for (const std::uint32_t index : selected) {
      if (refused != refused_.end() && *refused == index) {
        ++refused;
      } else {
        selected[kept++] = index;
      }
    }
    return kept;
  }

 private:
  std::unique_ptr<EventTest> test_;
  mutable std::vector<std::uint32_t> refused_;
};

// Values that have no column are found through the tables: each table's slots with the path, tested once for each code
// where the values have a dictionary, else once for each event.
class PathTest : public EventTest {
 public:
  PathTest(const store::Segment& segment, std::vector<PathAndTest> wanted)
      : segment_(segment), whole_(segment.whole_table()), tables_(segment.table_count()) {
    for (PathAndTest& one : wanted) {
      names_.push_back(one.path);
      const auto& test = tests_.emplace_back(std::make_unique<TextTest>(std::move(one.test)));
      for (const std::string& name : {one.path, one.path + store::kEscapedMark, one.path + store::kNumberMark}) {
        const auto number = segment.path_number(name);
        if (!number) continue;
        paths_.push_back({*number, test.get(), codes_of(*number, *test, name.back() == store::kEscapedMark)});
      }
      if (one.path == event::field_path(event::Field::event_id)) event_key_ = test.get();
    }
  }

  [[nodiscard]] bool possible() const override { return event_key_ != nullptr || !paths_.empty() || whole_; }

  [[nodiscard]] bool passes(std::uint32_t index) const override {
    const std::uint32_t number = segment_.table_of(index);
    if (whole_ && whole_->number == number) return whole_passes(index);
    const std::uint32_t row = segment_.row_of(index);
    const OpenTable& table = open(number);
    return std::any_of(table.slots.begin(), table.slots.end(),
                       [&](const OpenSlot& slot) { return slot_passes(slot, index, row); });
  }

 private:
  struct Path {
    std::uint32_t number;
    const TextTest* test;
    std::vector<std::uint8_t> passing;  // By code plus one.
  };
  struct OpenSlot {
    const store::TableSlot* slot;
    const Path* path;
  };
  struct OpenTable {
    bool opened = false;
    std::vector<OpenSlot> slots;
  };

  [[nodiscard]] std::vector<std::uint8_t> codes_of(std::uint32_t number, const TextTest& test, bool escaped) const {
    return passing_codes(
        segment_.dictionary(number),
        [&](std::string_view text) {
          if (!escaped) return test(text);
          std::string plain;
          text::append_unescaped(text, plain);
          return test(plain);
        },
        false);
  }

  const OpenTable& open(std::uint32_t number) const {
    OpenTable& table = tables_.at(number);
    if (table.opened) return table;
    table.opened = true;
    for (const store::TableSlot& slot : segment_.table(number).slots) {
      if (slot.kind == SlotKind::event_key) {
        if (event_key_ != nullptr) table.slots.push_back({&slot, nullptr});
        continue;
      }
      if (slot.kind == SlotKind::column || slot.kind == SlotKind::event_time) continue;
      for (const Path& path : paths_) {
        if (slot.path != path.number) continue;
        const bool hopeless = slot.kind == SlotKind::text && !any_passing(path.passing);
        if (!hopeless) table.slots.push_back({&slot, &path});
      }
    }
    return table;
  }

  // Strings and numbers only: no others are leaves.
  [[nodiscard]] bool whole_passes(std::uint32_t index) const {
    const WholeJson json{segment_, index};
    bool passes = false;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      for_each_value_at(json.view(), names_[i], [&](std::string_view value) {
        const bool leaf = !value.empty() && std::string_view{"\"-0123456789"}.find(value.front()) != std::string::npos;
        if (!passes && leaf) passes = (*tests_[i])(display_text(value));
      });
    }
    return passes;
  }

  [[nodiscard]] bool slot_passes(const OpenSlot& open, std::uint32_t index, std::uint32_t row) const {
    const store::TableSlot& slot = *open.slot;
    if (slot.kind == SlotKind::text) return open.path->passing[slot.values[row] + 1] != 0;
    text_.clear();
    if (slot.kind == SlotKind::event_key) {
      event::append_guid(segment_.key(index).data(), text_);
    } else if (slot.kind == SlotKind::guid) {
      event::append_guid(reinterpret_cast<const std::uint8_t*>(slot.guids) + sizeof(event::Guid) * row, text_);
    } else if (slot.kind == SlotKind::seconds) {
      text::append_plain_seconds(static_cast<std::uint32_t>(slot.values[row]), text_);
    } else {
      text_ = std::to_string(slot.values[row]);
    }
    return (open.path == nullptr ? *event_key_ : *open.path->test)(text_);
  }

  const store::Segment& segment_;
  std::vector<std::unique_ptr<TextTest>> tests_;
  const TextTest* event_key_ = nullptr;
  std::vector<std::string> names_;  // Of the tests' paths.
  std::optional<store::WholeTable> whole_;
  std::vector<Path> paths_;
  mutable std::vector<OpenTable> tables_;
  mutable std::string text_;
};

class WholeTest : public EventTest {
 public:
  WholeTest(const store::Segment& segment, JsonTest test)
      : segment_(segment), whole_(segment.whole_table()), test_(std::move(test)) {}
  [[nodiscard]] bool possible() const override { return whole_.has_value(); }
  [[nodiscard]] bool passes(std::uint32_t index) const override {
    return whole_ && segment_.table_of(index) == whole_->number && test_(WholeJson{segment_, index}.view());
  }

 private:
  const store::Segment& segment_;
  std::optional<store::WholeTable> whole_;
  JsonTest test_;
};

class NumbersTest : public EventTest {
 public:
  NumbersTest(const store::Segment& segment, std::vector<std::uint32_t> numbers) : numbers_(std::move(numbers)) {
    static_cast<void>(segment);
    std::sort(numbers_.begin(), numbers_.end());
  }
  [[nodiscard]] bool possible() const override { return !numbers_.empty(); }
  [[nodiscard]] bool passes(std::uint32_t index) const override {
    return std::binary_search(numbers_.begin(), numbers_.end(), index);
  }
  void prune(std::span<std::uint8_t> blocks) const override {
    std::vector<std::uint8_t> marked(blocks.size(), 0);
    for (const std::uint32_t number : numbers_) marked[number / store::kPostingBlock] = 1;
    for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i] &= marked[i];
  }

 private:
  std::vector<std::uint32_t> numbers_;
};

}  // namespace

std::size_t EventTest::select(std::span<std::uint32_t> selected) const {
  std::size_t kept = 0;
  for (const std::uint32_t index : selected) {
    if (passes(index)) selected[kept++] = index;
  }
  return kept;
}

std::unique_ptr<EventTest> test_column(const store::Segment& segment, std::size_t column, const TextTest& test,
                                       bool absent, bool lazily) {
  return std::make_unique<ColumnTest>(segment, column, test, absent, lazily);
}

std::unique_ptr<EventTest> test_first_column(const store::Segment& segment, const std::vector<std::size_t>& columns,
                                             const TextTest& test) {
  return std::make_unique<FirstColumnTest>(segment, columns, test);
}

std::unique_ptr<EventTest> test_all(std::vector<std::unique_ptr<EventTest>> tests) {
  return std::make_unique<AllTest>(std::move(tests));
}

std::unique_ptr<EventTest> test_any(std::vector<std::unique_ptr<EventTest>> tests) {
  return std::make_unique<AnyTest>(std::move(tests));
}

std::unique_ptr<EventTest> test_not(std::unique_ptr<EventTest> test) {
  return std::make_unique<NotTest>(std::move(test));
}

std::unique_ptr<EventTest> test_paths(const store::Segment& segment, std::vector<PathAndTest> paths) {
  return std::make_unique<PathTest>(segment, std::move(paths));
}

std::unique_ptr<EventTest> test_path(const store::Segment& segment, std::string_view path, const TextTest& test) {
  return test_paths(segment, {{std::string{path}, test}});
}

std::unique_ptr<EventTest> test_whole(const store::Segment& segment, JsonTest test) {
  return std::make_unique<WholeTest>(segment, std::move(test));
}

std::unique_ptr<EventTest> test_numbers(const store::Segment& segment, std::vector<std::uint32_t> numbers) {
  return std::make_unique<NumbersTest>(segment, std::move(numbers));
}

}  // namespace trailkeeper::query
