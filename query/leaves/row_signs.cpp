#include "query/leaves/row_signs.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <optional>

#include "rules/credits/secret_signs.h"
#include "store/error.h"
#include "store/read_limit.h"

namespace trailkeeper::query {

using rules::credits::SecretSigns;
using rules::credits::SignReader;
using store::SlotKind;

namespace {

/// The signs of a dictionary's strings; few have any.
using CodeSigns = boost::unordered_flat_map<std::uint32_t, SecretSigns>;

/// Gathers the signs of a segment's rows, table by table.
class Gatherer {
 public:
  Gatherer(const store::Segment& segment, const std::vector<std::string>& org_id_paths)
      : segment_(segment),
        whole_(segment.whole_table()),
        reader_(org_id_paths),
        dictionaries_(segment.path_count()),
        encoded_(segment.path_count()) {
    for (std::uint32_t number = 0; number < dictionaries_.size(); ++number) read_dictionary(number);
    tables_.resize(segment.table_count());
    for (std::uint32_t number = 0; number < tables_.size(); ++number) read_table(number);
  }

  [[nodiscard]] bool none() const {
    return !whole_ && std::all_of(tables_.begin(), tables_.end(), [](const TableSigns& table) { return table.none; });
  }

  [[nodiscard]] bool suffices(std::uint32_t index, std::uint32_t number, std::uint64_t row) {
    if (is_whole(number)) return true;
    const TableSigns& table = tables_.at(number);
    if (table.none) return false;
    SecretSigns signs = table.own;
    const store::Table& rows = segment_.table(number);
    if (row >= rows.rows) store::throw_corrupt("an event's row is out of range");
    for (const std::uint32_t slot : table.slots) {
      const store::TableSlot& with_signs = rows.slots[slot];
      if (const auto code = code_of(with_signs, index, row)) signs |= signs_of(dictionary_of(with_signs), *code);
    }
    return signs.suffice() || (signs.name_activate() && hides_name(rows, index, row));
  }

 private:
  struct TableSigns {
    SecretSigns own;                   // Of its skeleton and paths.
    std::vector<std::uint32_t> slots;  // Whose dictionaries have some.
    bool none = true;                  // Not enough, whatever the row.
  };

  // Events that are kept whole are looked at as they are shown in any case.
  [[nodiscard]] bool is_whole(std::uint32_t table) const { return whole_ && whole_->number == table; }

  void read_dictionary(std::uint32_t number) {
    if (segment_.path_name(number) == store::kWholeRecord) return;
    const store::StringList& strings = segment_.dictionary(number);
    std::string scratch;
    for (std::uint32_t code = 0; code < strings.size(); ++code) {
      constexpr std::uint32_t kSome = 4096;
      if (code % kSome == 0) store::check_read_limit();
      const SecretSigns signs = reader_.of_text(strings.get(code, scratch));
      if (signs.any()) dictionaries_[number].emplace(code, signs);
    }
  }

  static std::uint32_t dictionary_of(const store::TableSlot& slot) {
    return slot.kind == SlotKind::column ? slot.column : slot.path;
  }
  static bool has_dictionary(const store::TableSlot& slot) {
    return slot.kind == SlotKind::column || slot.kind == SlotKind::text;
  }

  void read_table(std::uint32_t number) {
    if (is_whole(number)) return;
    const store::Table& table = segment_.table(number);
    TableSigns& signs = tables_[number];
    signs.own = reader_.of_text(table.skeleton);
    signs.own |= SignReader::of_encoded(table.skeleton);
    SecretSigns most = signs.own;
    for (std::uint32_t i = 0; i < table.slots.size(); ++i) {
      const store::TableSlot& slot = table.slots[i];
      const bool fixed = slot.kind == SlotKind::event_key || slot.kind == SlotKind::event_time;
      if (!fixed) signs.own |= reader_.of_path(segment_.path_name(dictionary_of(slot)));
      if (!has_dictionary(slot) || dictionaries_.at(dictionary_of(slot)).empty()) continue;
      signs.slots.push_back(i);
      for (const auto& [code, of_code] : dictionaries_[dictionary_of(slot)]) most |= of_code;
    }
    most |= signs.own;
    signs.none = !most.suffice() && !most.name_activate();
  }

  // A row's code in the slot's dictionary.
  [[nodiscard]] std::optional<std::uint32_t> code_of(const store::TableSlot& slot, std::uint32_t index,
                                                     std::uint64_t row) const {
    if (slot.kind != SlotKind::column) return static_cast<std::uint32_t>(slot.values[row]);
    const std::uint64_t of_column = segment_.column_rows(slot.column, index, index + 1)[index];
    return of_column == 0 ? std::nullopt : std::optional{static_cast<std::uint32_t>(of_column - 1)};
  }

  [[nodiscard]] SecretSigns signs_of(std::uint32_t dictionary, std::uint32_t code) const {
    const auto found = dictionaries_[dictionary].find(code);
    return found == dictionaries_[dictionary].end() ? SecretSigns{} : found->second;
  }

  // Whether a string of an event has a name in base64: looked for in Activate's events only, as it is dear.
  [[nodiscard]] bool hides_name(const store::Table& table, std::uint32_t index, std::uint64_t row) {
    return std::any_of(table.slots.begin(), table.slots.end(), [&](const store::TableSlot& slot) {
      const auto code = has_dictionary(slot) ? code_of(slot, index, row) : std::nullopt;
      if (!code) return false;
      const std::uint32_t number = dictionary_of(slot);
      const auto [known, added] = encoded_[number].try_emplace(*code, false);
      if (added) known->second = SignReader::of_encoded(segment_.dictionary(number).get(*code, scratch_)).any();
      return known->second;
    });
  }

  const store::Segment& segment_;
  std::optional<store::WholeTable> whole_;
  SignReader reader_;
  std::vector<CodeSigns> dictionaries_;
  std::vector<boost::unordered_flat_map<std::uint32_t, bool>> encoded_;  // Of the codes that were looked at.
  std::string scratch_;
  std::vector<TableSigns> tables_;
};

}  // namespace

std::vector<std::uint32_t> events_with_signs(const store::Segment& segment,
                                             const std::vector<std::string>& org_id_paths) {
  Gatherer gatherer{segment, org_id_paths};
  std::vector<std::uint32_t> events;
  if (gatherer.none()) return events;
  const store::PackedView& tables = segment.tables_of(0, segment.size());
  const store::PackedView& rows = segment.rows_of(0, segment.size());
  for (std::uint32_t index = 0; index < segment.size(); ++index) {
    if (gatherer.suffices(index, static_cast<std::uint32_t>(tables[index]), rows[index])) events.push_back(index);
  }
  return events;
}

}  // namespace trailkeeper::query
