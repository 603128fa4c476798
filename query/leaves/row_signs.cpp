#include "query/leaves/row_signs.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>

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
      : segment_(segment), reader_(org_id_paths), dictionaries_(segment.path_count()) {
    const auto of_text = [this](std::string_view text) { return reader_.of_text(text); };
    for (std::uint32_t number = 0; number < dictionaries_.size(); ++number) read_dictionary(number, of_text);
    if (names_activate()) {
      for (std::uint32_t number = 0; number < dictionaries_.size(); ++number) {
        read_dictionary(number, &SignReader::of_encoded);
      }
    }
    tables_.resize(segment.table_count());
    for (std::uint32_t number = 0; number < tables_.size(); ++number) read_table(number);
  }

  [[nodiscard]] bool none() const {
    return std::all_of(tables_.begin(), tables_.end(), [](const TableSigns& table) { return table.none; });
  }

  [[nodiscard]] bool suffices(std::uint32_t index, std::uint32_t number, std::uint64_t row) const {
    const TableSigns& table = tables_.at(number);
    if (table.none) return false;
    SecretSigns signs = table.own;
    const store::Table& rows = segment_.table(number);
    if (row >= rows.rows) store::throw_corrupt("an event's row is out of range");
    for (const std::uint32_t slot : table.slots) signs |= signs_of(rows.slots[slot], index, row);
    return signs.suffice();
  }

 private:
  struct TableSigns {
    SecretSigns own;                   // Of its skeleton and paths.
    std::vector<std::uint32_t> slots;  // Whose dictionaries have some.
    bool none = true;                  // Not enough, whatever the row.
  };

  // Whether a string or a skeleton names Activate.
  [[nodiscard]] bool names_activate() const {
    for (const CodeSigns& codes : dictionaries_) {
      if (std::any_of(codes.begin(), codes.end(), [](const auto& code) { return code.second.name_activate(); }))
        return true;
    }
    for (std::uint32_t number = 0; number < segment_.table_count(); ++number) {
      if (reader_.of_text(segment_.table(number).skeleton).name_activate()) return true;
    }
    return false;
  }

  template <typename SignsOf>
  void read_dictionary(std::uint32_t number, const SignsOf& signs_of) {
    const store::StringList& strings = segment_.dictionary(number);
    std::string scratch;
    for (std::uint32_t code = 0; code < strings.size(); ++code) {
      constexpr std::uint32_t kSome = 4096;
      if (code % kSome == 0) store::check_read_limit();
      const SecretSigns signs = signs_of(strings.get(code, scratch));
      if (signs.any()) dictionaries_[number][code] |= signs;
    }
  }

  static std::uint32_t dictionary_of(const store::TableSlot& slot) {
    return slot.kind == SlotKind::column ? slot.column : slot.path;
  }
  static bool has_dictionary(const store::TableSlot& slot) {
    return slot.kind == SlotKind::column || slot.kind == SlotKind::text;
  }

  void read_table(std::uint32_t number) {
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
    signs.none = !most.suffice();
  }

  [[nodiscard]] SecretSigns signs_of(const store::TableSlot& slot, std::uint32_t index, std::uint64_t row) const {
    std::uint64_t code = 0;
    if (slot.kind == SlotKind::column) {
      const std::uint64_t of_column = segment_.column_rows(slot.column, index, index + 1)[index];
      if (of_column == 0) return {};
      code = of_column - 1;
    } else {
      code = slot.values[row];
    }
    const CodeSigns& codes = dictionaries_[dictionary_of(slot)];
    const auto found = codes.find(static_cast<std::uint32_t>(code));
    return found == codes.end() ? SecretSigns{} : found->second;
  }

  const store::Segment& segment_;
  SignReader reader_;
  std::vector<CodeSigns> dictionaries_;
  std::vector<TableSigns> tables_;
};

}  // namespace

std::vector<std::uint32_t> events_with_signs(const store::Segment& segment,
                                             const std::vector<std::string>& org_id_paths) {
  const Gatherer gatherer{segment, org_id_paths};
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
