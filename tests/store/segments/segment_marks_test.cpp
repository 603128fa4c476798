#include "store/segments/segment_marks.h"

#include <doctest/doctest.h>

#include <random>

#include "tests/support/filled_store.h"

using namespace trailkeeper;
using namespace trailkeeper::store;

namespace {

/// Marks what somebody says.
class Chooser final : public SecretFinder {
 public:
  [[nodiscard]] std::vector<std::string> secrets_of(const Segment&) const override { return {}; }
  [[nodiscard]] SegmentMarks marks_of(const Segment& segment) const override {
    SegmentMarks marks{basis, {}};
    std::string json;
    for (std::uint32_t index = 0; index < segment.size(); ++index) {
      json.clear();
      segment.append_unchecked(index, json);
      if (json.find("marked") != std::string::npos) marks.events.push_back(index);
    }
    return marks;
  }
  [[nodiscard]] std::uint64_t looks_for() const override { return basis; }

  std::uint64_t basis = 9;
};

std::string event_at(int second, std::string_view name) {
  return R"({"eventTime":"2024-05-01T10:00:)" + std::to_string(10 + second) + R"(Z","eventName":")" +
         std::string{name} + R"(","eventID":"e)" + std::to_string(second) + "\"}";
}

}  // namespace

TEST_CASE("marks come back as they were written; other bytes are none") {
  std::mt19937_64 random{3};
  for (int i = 0; i < 200; ++i) {
    SegmentMarks marks{random(), {}};
    const std::uint64_t density = 1 + random() % 5;
    for (std::uint32_t event = 0; event < 300; ++event) {
      if (random() % density == 0) marks.events.push_back(event);
    }
    const std::string bytes = encode_marks(marks);
    CHECK(decode_marks(bytes, 300) == marks);
    if (!marks.events.empty()) CHECK_FALSE(decode_marks(bytes, marks.events.back()));
    std::string broken = bytes;
    broken[random() % broken.size()] ^= static_cast<char>(1 + random() % 255);
    static_cast<void>(decode_marks(broken, 300));
    static_cast<void>(decode_marks(std::string_view{bytes}.substr(0, random() % bytes.size()), 300));
  }
  CHECK_FALSE(decode_marks("", 300));
  CHECK(decode_marks(encode_marks({5, {}}), 0) == SegmentMarks{5, {}});
}

TEST_CASE("marks are kept with each commit, go with their events through merges, and are dropped where bases differ") {
  tests::FilledStore filled;
  const auto chooser = std::make_shared<Chooser>();
  filled.store.find_secrets(chooser);
  const auto right = [&] {
    const Snapshot snapshot = filled.store.snapshot();
    std::uint64_t known = 0;
    for (const Segment& segment : snapshot.segments()) {
      const auto marks = decode_marks(segment.marks(), segment.size());
      if (!marks) continue;
      CHECK(*marks == SegmentMarks{marks->basis, chooser->marks_of(segment).events});
      known += segment.size();
    }
    return known;
  };
  // Times in turns, so that merging mixes them.
  filled.add({event_at(1, "marked"), event_at(4, "A"), event_at(7, "marked")});
  filled.add({event_at(2, "B"), event_at(5, "marked"), event_at(8, "C")});
  CHECK(right() == 6);
  REQUIRE(filled.writer.merge_once(true));
  CHECK(filled.store.snapshot().segments().size() == 1);
  CHECK(right() == 6);
  chooser->basis = 10;
  filled.add({event_at(3, "marked"), event_at(6, "D")});
  CHECK(right() == 8);
  REQUIRE(filled.writer.merge_once(true));
  CHECK(right() == 0);
  const Transaction transaction = filled.store.environment().read();
  CHECK(transaction.count(TableId::marks) == 0);
}
