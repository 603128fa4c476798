#include "query/path_tests.h"

#include <algorithm>
#include <optional>

#include "event/field.h"
#include "event/guid.h"
#include "event/reject.h"
#include "query/json_path.h"
#include "text/json_text.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

using store::SlotKind;

namespace {

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

}  // namespace

WholeJson::WholeJson(const store::Segment& segment, std::uint32_t index) {
  std::string scratch;
  json_ = segment.whole_event(index, scratch);
  size_ = json_.size();
  json_.append(event::kPadding, '\0');
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

}  // namespace trailkeeper::query
