#include "query/leaves/leaf_test.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "event/guid.h"
#include "query/json_path.h"
#include "query/leaves/leaf_path.h"
#include "store/error.h"
#include "store/read_limit.h"
#include "store/segments/block_postings.h"
#include "text/timestamp.h"

namespace trailkeeper::query {
namespace {

/// What is known of a value.
enum class Answer : std::uint8_t {
  fails,
  passes,
  hidden,   ///< The event must be looked at as it is shown.
  unknown,  ///< Nobody asked yet.
};

/// Texts that alone pass, as the roads without text have them.
struct PlainTexts {
  std::vector<event::Guid> guids;
  std::vector<std::uint64_t> numbers;
  std::vector<std::uint64_t> seconds;

  explicit PlainTexts(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      if (const auto guid = event::parse_guid(text)) guids.push_back(*guid);
      if (const auto second = text::parse_plain_seconds(text)) seconds.push_back(*second);
      if (const auto number = integer(text)) numbers.push_back(*number);
    }
    std::sort(guids.begin(), guids.end());
    std::sort(numbers.begin(), numbers.end());
    std::sort(seconds.begin(), seconds.end());
  }

 private:
  // As an integer leaf is written: 1 to 18 digits, no leading zero.
  static std::optional<std::uint64_t> integer(std::string_view text) {
    constexpr std::size_t kMost = 18;
    if (text.empty() || text.size() > kMost || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : text) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return number;
  }
};

template <typename T>
bool has(const std::vector<T>& sorted, const T& value) {
  return std::binary_search(sorted.begin(), sorted.end(), value);
}

class LeafTest final : public EventTest {
 public:
  LeafTest(const store::Segment& segment, LeafQuestion question, std::shared_ptr<const ShownEvents> shown, bool lazily)
      : path_(segment, std::move(question.path), std::move(shown)),
        test_(std::move(question.test)),
        lazily_(lazily),
        tables_(segment.table_count()) {
    if (!question.texts) return;
    texts_.emplace(*question.texts);
    // What hides a value puts a pseudonym into it.
    plain_ = std::none_of(question.texts->begin(), question.texts->end(), [](const std::string& text) {
      return text.find("org-") != std::string::npos || text.find("promo-") != std::string::npos;
    });
  }

  [[nodiscard]] bool possible() const override {
    if (lazily_ || marks_decide() || path_.any_whole()) return true;
    for (std::uint32_t number = 0; number < tables_.size(); ++number) {
      if (!open(number).hopeless) return true;
    }
    return false;
  }

  [[nodiscard]] bool passes(std::uint32_t index) const override {
    const std::uint64_t table = path_.segment().tables_of(index, index + 1)[index];
    const std::uint64_t row = path_.segment().rows_of(index, index + 1)[index];
    return row_passes(index, static_cast<std::uint32_t>(table), static_cast<std::uint32_t>(row));
  }

  std::size_t select(std::span<std::uint32_t> selected) const override {
    if (selected.empty()) return 0;
    const std::uint32_t end = selected.back() + 1;
    const store::PackedView& tables = path_.segment().tables_of(selected.front(), end);
    const store::PackedView* rows = nullptr;
    std::size_t kept = 0;
    for (const std::uint32_t index : selected) {
      const auto number = static_cast<std::uint32_t>(tables[index]);
      if (!path_.is_whole(number) && open(number).hopeless && !(marks_decide() && path_.is_marked(index))) continue;
      if (rows == nullptr) rows = &path_.segment().rows_of(selected.front(), end);
      if (row_passes(index, number, static_cast<std::uint32_t>((*rows)[index]))) selected[kept++] = index;
    }
    return kept;
  }

 private:
  struct TestedTable {
    const LeafTable* table = nullptr;
    bool hopeless = false;                    // None of its events passes, but perhaps marked ones.
    std::vector<std::vector<Answer>*> codes;  // For each value; null: not on road code.
    std::vector<Answer> literals;             // For each value; unknown: no literal.
  };

  // A table's number is the skeletons'; the rows are checked against the table they are in.
  const TestedTable& open(std::uint32_t number) const {
    if (number >= tables_.size()) store::throw_corrupt("a table does not exist");
    TestedTable& tested = tables_[number];
    if (tested.table != nullptr) return tested;
    tested.table = &path_.table(number);
    bool hopeless = true;
    for (const LeafValue& value : tested.table->values) {
      tested.codes.push_back(value.road == LeafRoad::code ? &answers_of(value) : nullptr);
      // A list's null isn't a value.
      const bool literal = value.road == LeafRoad::literal;
      tested.literals.push_back(!literal               ? Answer::unknown
                                : value.plan.is_null() ? Answer::fails
                                                       : answer(value.literal));
      hopeless = hopeless && is_hopeless(value, tested.codes.back(), tested.literals.back());
    }
    tested.hopeless = hopeless;
    return tested;
  }

  [[nodiscard]] bool is_hopeless(const LeafValue& value, const std::vector<Answer>* codes, Answer literal) const {
    switch (value.road) {
      case LeafRoad::literal: return literal == Answer::fails;
      case LeafRoad::code:
        return std::all_of(codes->begin(), codes->end(), [](Answer one) { return one == Answer::fails; });
      case LeafRoad::guid: return plain_ && texts_->guids.empty();
      case LeafRoad::seconds: return plain_ && texts_->seconds.empty();
      case LeafRoad::integer: return plain_ && texts_->numbers.empty();
      case LeafRoad::built: break;
    }
    return false;
  }

  // The answers of a dictionary's strings, all of them at once unless few events are looked at.
  std::vector<Answer>& answers_of(const LeafValue& value) const {
    const auto [place, added] = dictionaries_.try_emplace({value.dictionary, value.escaped});
    std::vector<Answer>& answers = place->second;
    if (!added) return answers;
    answers.assign(path_.segment().dictionary(value.dictionary).size(), Answer::unknown);
    if (lazily_) return answers;
    std::string scratch;
    for (std::uint32_t code = 0; code < answers.size(); ++code) {
      constexpr std::uint32_t kSome = 64;
      if (code % kSome == 0) store::check_read_limit();
      answers[code] = answer(path_.text_of_code(value, code, scratch));
    }
    return answers;
  }

  [[nodiscard]] Answer answer(std::string_view text) const {
    const bool passes = test_(text);
    // With a pseudonym in it, it would fail, too.
    if (!passes && plain_) return Answer::fails;
    if (path_.may_hide(text)) return Answer::hidden;
    return passes ? Answer::passes : Answer::fails;
  }

  [[nodiscard]] Answer code_answer(const TestedTable& tested, std::size_t i, EventRow place) const {
    const LeafValue& value = tested.table->values[i];
    std::vector<Answer>& answers = *tested.codes[i];
    const std::uint32_t code = path_.code_of(*tested.table, value, place);
    if (code >= answers.size()) store::throw_corrupt("a code lies outside its dictionary");
    if (answers[code] == Answer::unknown) {
      std::string scratch;
      answers[code] = answer(path_.text_of_code(value, code, scratch));
    }
    return answers[code];
  }

  // Whether an event fails without its text.
  [[nodiscard]] bool fails_plainly(const LeafTable& table, const LeafValue& value, EventRow place) const {
    if (!plain_) return false;
    const store::TableSlot& slot = table.table->slots[value.slot];
    switch (value.road) {
      case LeafRoad::guid: {
        if (slot.kind == store::SlotKind::event_key) return !has(texts_->guids, path_.segment().key(place.index));
        event::Guid guid;
        std::memcpy(guid.data(), slot.guids + sizeof guid * place.row, sizeof guid);
        return !has(texts_->guids, guid);
      }
      case LeafRoad::seconds:
        return slot.kind == store::SlotKind::seconds && !has(texts_->seconds, slot.values[place.row]);
      case LeafRoad::integer: return !has(texts_->numbers, slot.values[place.row]);
      default: return false;
    }
  }

  [[nodiscard]] Answer value_answer(const TestedTable& tested, std::size_t i, EventRow place) const {
    const LeafValue& value = tested.table->values[i];
    if (value.road == LeafRoad::literal) return tested.literals[i];
    if (value.road == LeafRoad::code) return code_answer(tested, i, place);
    if (fails_plainly(*tested.table, value, place)) return Answer::fails;
    text_.clear();
    path_.append_text(*tested.table, value, place, text_);
    return answer(text_);
  }

  // Whether a marked event may pass though its stored values don't: else it shows a pseudonym, which fails.
  [[nodiscard]] bool marks_decide() const { return path_.all_marked() || (path_.may_be_marked() && !plain_); }

  [[nodiscard]] bool row_passes(std::uint32_t index, std::uint32_t number, std::uint32_t row) const {
    const bool marked = path_.is_marked(index);
    if (path_.all_marked() || path_.is_whole(number)) return shown_passes(index);
    if (marked && !plain_) return !open(number).table->values.empty() && shown_passes(index);
    const TestedTable& tested = open(number);
    if (tested.hopeless) return false;
    if (row >= tested.table->table->rows) store::throw_corrupt("an event's row is out of range");
    for (std::size_t i = 0; i < tested.table->values.size(); ++i) {
      const Answer answer = value_answer(tested, i, {index, row});
      if (answer == Answer::hidden || (marked && answer == Answer::passes)) return shown_passes(index);
      if (answer == Answer::passes) return true;
    }
    return false;
  }

  [[nodiscard]] bool shown_passes(std::uint32_t index) const {
    bool passes = false;
    path_.visit_shown(index, [&](std::string_view json) {
      if (!passes && !json.empty() && json != "null") passes = test_(display_text(json));
    });
    return passes;
  }

  LeafPath path_;
  TextTest test_;
  std::optional<PlainTexts> texts_;
  bool plain_ = false;  // Only these texts pass, none of which has a pseudonym.
  bool lazily_;
  mutable std::vector<TestedTable> tables_;
  mutable std::map<std::pair<std::uint32_t, bool>, std::vector<Answer>> dictionaries_;
  mutable std::string text_;
};

}  // namespace

std::unique_ptr<EventTest> test_leaf(const store::Segment& segment, LeafQuestion question,
                                     std::shared_ptr<const ShownEvents> shown, bool lazily) {
  return std::make_unique<LeafTest>(segment, std::move(question), std::move(shown), lazily);
}

}  // namespace trailkeeper::query
