#include "query/event_tests.h"

#include <algorithm>
#include <iterator>

namespace trailkeeper::query {

namespace {

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

class NumbersTest : public EventTest {
 public:
  explicit NumbersTest(std::vector<std::uint32_t> numbers) : numbers_(std::move(numbers)) {
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

std::unique_ptr<EventTest> test_all(std::vector<std::unique_ptr<EventTest>> tests) {
  return std::make_unique<AllTest>(std::move(tests));
}

std::unique_ptr<EventTest> test_any(std::vector<std::unique_ptr<EventTest>> tests) {
  return std::make_unique<AnyTest>(std::move(tests));
}

std::unique_ptr<EventTest> test_not(std::unique_ptr<EventTest> test) {
  return std::make_unique<NotTest>(std::move(test));
}

std::unique_ptr<EventTest> test_numbers(std::vector<std::uint32_t> numbers) {
  return std::make_unique<NumbersTest>(std::move(numbers));
}

}  // namespace trailkeeper::query
