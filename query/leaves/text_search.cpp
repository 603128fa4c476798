#include "query/leaves/text_search.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <vector>

#include "event/phrase_set.h"
#include "event/shape.h"
#include "query/leaves/leaf_text.h"
#include "rules/credits/loose_json.h"
#include "store/error.h"
#include "store/read_limit.h"
#include "text/json_text.h"

namespace trailkeeper::query {

using rules::credits::LooseJson;
using rules::credits::LooseToken;
using store::SlotKind;

namespace {

constexpr std::size_t kPseudonymDigits = 16;
constexpr std::array<std::string_view, 2> kPseudonymKinds{"org-", "promo-"};

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Whether a byte may stand before a word that is known: the last of an escape, or what may be no word.
bool may_stand_before(char c) {
  return !event::is_word_byte(c) || static_cast<unsigned char>(c) >= 0x80 || is_hex(c) ||
         std::string_view{"bfnrt"}.find(c) != std::string_view::npos;
}

// Whether `text`, put so that its byte `from` is at a pseudonym's begin (or, negative, the pseudonym began before it),
// may stand there.
bool may_lie(std::string_view text, std::ptrdiff_t from, std::string_view kind) {
  const auto size = static_cast<std::ptrdiff_t>(text.size());
  const auto end = from + static_cast<std::ptrdiff_t>(kind.size() + kPseudonymDigits);
  if (from > 0 && !may_stand_before(text[static_cast<std::size_t>(from - 1)])) return false;
  const char next = end < size ? text[static_cast<std::size_t>(end)] : ' ';
  if (event::is_word_byte(next) && static_cast<unsigned char>(next) < 0x80) return false;
  for (std::ptrdiff_t at = std::max<std::ptrdiff_t>(from, 0); at < std::min(end, size); ++at) {
    const char c = text[static_cast<std::size_t>(at)];
    const auto place = static_cast<std::size_t>(at - from);
    const bool fits = place < kind.size() ? c == kind[place] : is_hex(c) || c == '*';
    if (!fits) return false;
  }
  return true;
}

/// The texts that are looked for.
class Needles {
 public:
  explicit Needles(std::span<const std::string> texts) : texts_(texts.begin(), texts.end()) {}

  [[nodiscard]] bool in(std::string_view text) const {
    return std::any_of(texts_.begin(), texts_.end(),
                       [&](const std::string& one) { return text.find(one) != std::string_view::npos; });
  }
  /// Whether one consists of these characters only.
  [[nodiscard]] bool any_of(std::string_view characters) const {
    return std::any_of(texts_.begin(), texts_.end(),
                       [&](const std::string& one) { return one.find_first_not_of(characters) == std::string::npos; });
  }
  [[nodiscard]] bool touch_pseudonym() const {
    return std::any_of(texts_.begin(), texts_.end(), [](const std::string& one) { return may_touch_pseudonym(one); });
  }
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_;
};

// Whether one of a JSON text's values has a needle.
bool in_values(std::string_view json, const Needles& needles) {
  for (LooseJson tokens{json}; !tokens.ended();) {
    const LooseToken token = tokens.next();
    if (token.kind == LooseToken::Kind::scalar) {
      if (token.bytes != "null" && needles.in(token.bytes)) return true;
    } else if (token.kind == LooseToken::Kind::string) {
      if (needles.in(rules::credits::text_of_token(token.bytes))) return true;
    }
  }
  return false;
}

/// What is known of a value.
enum class Found : std::uint8_t {
  no,
  yes,
  hidden,  ///< The event must be looked at as it is shown.
};

class TextSearch final : public EventTest {
 public:
  TextSearch(const store::Segment& segment, std::span<const std::string> texts,
             std::shared_ptr<const ShownEvents> shown)
      : segment_(segment),
        needles_(texts),
        shown_(std::move(shown)),
        whole_(segment.whole_table()),
        tables_(segment.table_count()) {
    if (shown_ != nullptr && !shown_->reveals()) {
      hides_ = shown_->may_hide_any({});
      touches_ = hides_ && needles_.touch_pseudonym();
      find_marks();
    }
    dictionaries_.resize(segment.path_count());
    for (std::uint32_t number = 0; number < dictionaries_.size(); ++number) search_dictionary(number);
    for (std::uint32_t number = 0; number < tables_.size(); ++number) open_table(number);
  }

  [[nodiscard]] bool possible() const override {
    return !marks_.empty() || whole_ ||
           std::any_of(tables_.begin(), tables_.end(), [](const SearchedTable& table) { return !table.hopeless(); });
  }

  [[nodiscard]] bool passes(std::uint32_t index) const override {
    const std::uint64_t table = segment_.tables_of(index, index + 1)[index];
    return row_passes(index, table, segment_.rows_of(index, index + 1)[index]);
  }

  std::size_t select(std::span<std::uint32_t> selected) const override {
    if (selected.empty()) return 0;
    const std::uint32_t end = selected.back() + 1;
    const store::PackedView& tables = segment_.tables_of(selected.front(), end);
    const store::PackedView& rows = segment_.rows_of(selected.front(), end);
    std::size_t kept = 0;
    for (const std::uint32_t index : selected) {
      if (row_passes(index, tables[index], rows[index])) selected[kept++] = index;
    }
    return kept;
  }

 private:
  struct SearchedTable {
    bool literal = false;              // A literal of all events has it.
    std::vector<std::uint32_t> slots;  // That may have it.

    [[nodiscard]] bool hopeless() const { return !literal && slots.empty(); }
  };

  void find_marks() {
    const std::vector<std::uint32_t> marked = shown_->marked_events(segment_);
    if (marked.empty()) return;
    marks_.resize(segment_.size());
    for (const std::uint32_t index : marked) marks_.at(index) = true;
  }

  // What all of the dictionary's strings are; nothing is kept of one without a hit.
  void search_dictionary(std::uint32_t number) {
    std::vector<Found>& found = dictionaries_[number];
    const std::string name = segment_.path_name(number);
    if (name == store::kWholeRecord) return;
    const bool escaped = name.ends_with(store::kEscapedMark);
    const store::StringList& strings = segment_.dictionary(number);
    store::check_read_limit();
    const auto take = [&](std::uint32_t code, std::string_view text) {
      const Found one = found_in(text);
      if (one == Found::no) return;
      if (found.empty()) found.resize(strings.size());
      found[code] = one;
    };
    if (!escaped && !touches_) {
      for (const std::string& text : needles_.texts()) strings.search(text, take);
      return;
    }
    std::string scratch;
    std::string plain;
    for (std::uint32_t code = 0; code < strings.size(); ++code) {
      std::string_view text = strings.get(code, scratch);
      if (escaped) {
        plain.clear();
        text::append_unescaped(text, plain);
        text = plain;
      }
      take(code, text);
    }
  }

  [[nodiscard]] Found found_in(std::string_view text) const {
    const bool has = needles_.in(text);
    // What is hidden in JSON within a text is written anew around it.
    const bool rewritten = hides_ && text.find('\\') != std::string_view::npos && rules::credits::looks_like_json(text);
    if (!has && !touches_ && !rewritten) return Found::no;
    if (hides_ && shown_->may_hide({}, text)) return Found::hidden;
    return has ? Found::yes : Found::no;
  }

  void open_table(std::uint32_t number) {
    if (whole_ && whole_->number == number) return;
    const store::Table& table = segment_.table(number);
    SearchedTable& searched = tables_[number];
    for (LooseJson tokens{table.skeleton}; !tokens.ended();) {
      const LooseToken token = tokens.next();
      if (token.kind == LooseToken::Kind::scalar && token.bytes != "null" && needles_.in(token.bytes)) {
        searched.literal = true;
      }
    }
    for (std::uint32_t i = 0; i < table.slots.size(); ++i) {
      if (may_have(table.slots[i])) searched.slots.push_back(i);
    }
  }

  [[nodiscard]] bool may_have(const store::TableSlot& slot) const {
    switch (slot.kind) {
      case SlotKind::column: return !dictionaries_.at(slot.column).empty();
      case SlotKind::text: return !dictionaries_.at(slot.path).empty();
      case SlotKind::event_key:
      case SlotKind::guid: return touches_ || needles_.any_of("0123456789abcdef-");
      case SlotKind::event_time:
      case SlotKind::seconds: return touches_ || needles_.any_of("0123456789-:TZ");
      case SlotKind::integer: break;
    }
    return touches_ || needles_.any_of("0123456789");
  }

  [[nodiscard]] Found slot_found(const store::Table& table, std::uint32_t number, EventRow place) const {
    const store::TableSlot& slot = table.slots[number];
    if (slot.kind != SlotKind::text && slot.kind != SlotKind::column) {
      text_.clear();
      append_leaf(segment_, table, number, place, text_);
      return found_in(text_);
    }
    std::uint64_t code = 0;
    if (slot.kind == SlotKind::text) {
      code = slot.values[place.row];
    } else {
      code = segment_.column_rows(slot.column, place.index, place.index + 1)[place.index] - std::uint64_t{1};
    }
    const std::vector<Found>& found = dictionaries_[slot.kind == SlotKind::text ? slot.path : slot.column];
    if (code >= found.size()) store::throw_corrupt("a code lies outside its dictionary");
    return found[code];
  }

  [[nodiscard]] bool row_passes(std::uint32_t index, std::uint64_t number, std::uint64_t row) const {
    if (!marks_.empty() && marks_[index]) return shown_passes(index);
    if (number >= tables_.size()) store::throw_corrupt("a table does not exist");
    if (whole_ && whole_->number == number) return whole_passes(index);
    const SearchedTable& searched = tables_[number];
    if (searched.literal) return true;
    if (searched.slots.empty()) return false;
    const store::Table& table = segment_.table(static_cast<std::uint32_t>(number));
    if (row >= table.rows) store::throw_corrupt("an event's row is out of range");
    bool hidden = false;
    for (const std::uint32_t slot : searched.slots) {
      const Found found = slot_found(table, slot, {index, static_cast<std::uint32_t>(row)});
      if (found == Found::yes) return true;
      hidden = hidden || found == Found::hidden;
    }
    return hidden && shown_passes(index);
  }

  [[nodiscard]] bool whole_passes(std::uint32_t index) const {
    return shown_ == nullptr ? in_values(segment_.whole_event(index, text_), needles_) : shown_passes(index);
  }

  [[nodiscard]] bool shown_passes(std::uint32_t index) const {
    json_.clear();
    shown_->append(segment_, index, json_);
    return in_values(json_, needles_);
  }

  const store::Segment& segment_;
  Needles needles_;
  std::shared_ptr<const ShownEvents> shown_;
  bool hides_ = false;
  bool touches_ = false;
  std::optional<store::WholeTable> whole_;
  std::vector<bool> marks_;                       // Empty: no event is marked.
  std::vector<std::vector<Found>> dictionaries_;  // By code; empty: no string of it has a needle.
  std::vector<SearchedTable> tables_;
  mutable std::string text_;
  mutable std::string json_;
};

}  // namespace

bool may_touch_pseudonym(std::string_view text) {
  const auto size = static_cast<std::ptrdiff_t>(text.size());
  return std::any_of(kPseudonymKinds.begin(), kPseudonymKinds.end(), [&](std::string_view kind) {
    const auto length = static_cast<std::ptrdiff_t>(kind.size() + kPseudonymDigits);
    for (std::ptrdiff_t from = 1 - length; from < size; ++from) {
      if (may_lie(text, from, kind)) return true;
    }
    return false;
  });
}

std::unique_ptr<EventTest> test_text(const store::Segment& segment, std::span<const std::string> texts,
                                     std::shared_ptr<const ShownEvents> shown) {
  assert(std::none_of(texts.begin(), texts.end(), [](const std::string& text) { return text.empty(); }));
  return std::make_unique<TextSearch>(segment, texts, std::move(shown));
}

}  // namespace trailkeeper::query
