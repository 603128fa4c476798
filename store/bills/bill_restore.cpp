#include "store/bills/bill_restore.h"

#include <algorithm>
#include <map>

#include "store/bills/bill_batch.h"
#include "store/bills/bill_segment.h"
#include "store/bills/bill_table.h"
#include "store/bills/bill_writer.h"

namespace trailkeeper::store {
namespace {

class Restoration {
 public:
  Restoration(Transaction& transaction, const std::string& prefix, const std::vector<std::uint64_t>& staying,
              const std::set<std::uint64_t>& going)
      : transaction_(transaction), prefix_(prefix), staying_(staying), going_(going) {}

  void run() {
    std::map<std::uint64_t, BillHead> changed;
    const auto head_of = [&](std::uint64_t number) -> BillHead& {
      const auto found = changed.find(number);
      if (found != changed.end()) return found->second;
      return changed.emplace(number, decode_bill_head(bill_part(transaction_, prefix_, number, BillPart::cells)))
          .first->second;
    };
    for (const std::uint64_t number : staying_) {
      const auto names = decode_bill_head(bill_part(transaction_, prefix_, number, BillPart::cells)).superseded;
      for (const auto& lines : lines_that_count_again(names)) {
        const std::set<BillLineName>& lost = lines.second;
        BillHead& head = head_of(number);
        for (const BillCell& cell : cells_of_lines(transaction_, prefix_, lines.first, lost)) change(cell, 1, head);
        std::erase_if(head.superseded, [&lost](const BillLineName& name) { return lost.contains(name); });
      }
    }
    // Lines for which another that stays stands, too.
    for (const std::uint64_t number : going_) {
      for (const BillLineName& name :
           decode_bill_head(bill_part(transaction_, prefix_, number, BillPart::cells)).superseded) {
        const std::uint64_t stands = segment_of_larger(name);
        const auto home =
            std::find_if(staying_.begin(), staying_.end(), [&](std::uint64_t segment) { return has(segment, name); });
        if (stands == 0 || home == staying_.end()) continue;
        BillHead& head = head_of(stands);
        for (const BillCell& cell : cells_of_lines(transaction_, prefix_, *home, {name})) change(cell, -1, head);
        head.superseded.push_back(name);
      }
    }
    for (auto& [number, head] : changed) {
      std::sort(head.superseded.begin(), head.superseded.end());
      transaction_.put(TableId::bills, bill_part_key(prefix_, number, BillPart::cells), encode_bill_head(head));
    }
  }

 private:
  // Of superseded lines those that go, and those for which no line that stays stands; by segment.
  [[nodiscard]] std::map<std::uint64_t, std::set<BillLineName>> lines_that_count_again(
      const std::vector<BillLineName>& names) const {
    std::map<std::uint64_t, std::set<BillLineName>> found;
    for (const BillLineName& name : names) {
      const auto there = [&](std::uint64_t segment) { return has(segment, name); };
      const auto gone = std::find_if(going_.begin(), going_.end(), there);
      const auto stays = std::find_if(staying_.begin(), staying_.end(), there);
      if (gone != going_.end()) {
        found[*gone].insert(name);
      } else if (stays != staying_.end() && segment_of_larger(name) == 0) {
        found[*stays].insert(name);
      }
    }
    return found;
  }

  // The segment, of those that stay, that has the largest line of the same identity, if that is larger; else 0.
  [[nodiscard]] std::uint64_t segment_of_larger(const BillLineName& name) const {
    std::uint64_t found = 0;
    BillLineName largest = name;
    for (const std::uint64_t segment : staying_) {
      const BillNames names{bill_part(transaction_, prefix_, segment, BillPart::names)};
      for (std::size_t at = names.first_not_before(0, largest); at < names.size(); ++at) {
        const BillLineName other = names.at(at);
        if (other.key != name.key) break;
        if (other.content == largest.content) continue;
        largest = other;
        found = segment;
      }
    }
    return found;
  }

  [[nodiscard]] bool has(std::uint64_t segment, const BillLineName& name) const {
    const BillNames names{bill_part(transaction_, prefix_, segment, BillPart::names)};
    const std::size_t at = names.first_not_before(0, name);
    return at < names.size() && names.at(at) == name;
  }

  // Adds to the sums of a cell, or takes from them.
  static void change(const BillCell& cell, int sign, BillHead& head) {
    auto place = std::find_if(head.cells.begin(), head.cells.end(),
                              [&cell](const BillCell& other) { return other.same_place(cell); });
    if (place == head.cells.end()) {
      head.cells.push_back(cell);
      place = std::prev(head.cells.end());
      place->amount = 0;
      place->lines = 0;
    }
    std::int64_t amount = 0;
    const bool counted =
        !is_beyond(place->amount) && !__builtin_add_overflow(place->amount, sign * cell.amount, &amount);
    if (counted) place->amount = amount;
    place->lines += sign * cell.lines;
  }

  Transaction& transaction_;
  const std::string& prefix_;
  const std::vector<std::uint64_t>& staying_;
  const std::set<std::uint64_t>& going_;
};

}  // namespace

void restore_superseded(Transaction& transaction, const std::string& prefix, const std::vector<std::uint64_t>& staying,
                        const std::set<std::uint64_t>& going) {
  Restoration{transaction, prefix, staying, going}.run();
}

}  // namespace trailkeeper::store
