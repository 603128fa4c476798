#include "store/bills/bill_writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "store/bills/bill_table.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {
namespace {

// A line of an earlier segment that has a new line's key, but says something else.
struct Clash {
  BillLineName name;
  std::uint64_t segment;
};

using Clashes = std::map<BillKey, std::vector<Clash>>;

// Compares a batch with the names of an earlier segment: both are sorted by key.
class KnownLines {
 public:
  KnownLines(BillBatch& batch, std::vector<std::uint32_t> by_key) : batch_(batch), by_key_(std::move(by_key)) {
    known_.resize(by_key_.size(), 0);
  }

  void compare(const BillNames& names, std::uint64_t segment, Clashes& clashes) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < by_key_.size() && at < names.size(); ++i) {
      const BillBatch::Line& line = batch_.lines()[by_key_[i]];
      at = names.first_not_before(at, {line.key, 0});
      for (std::size_t same = at; same < names.size(); ++same) {
        const BillLineName name = names.at(same);
        if (name.key != line.key) break;
        if (name.content == line.content) known_[i] = 1;
        if (name.content != line.content) clashes[line.key].push_back({name, segment});
      }
    }
  }

  // Removes the lines that are known; returns how many.
  std::uint64_t remove_known() {
    std::vector<std::uint8_t> gone(batch_.lines().size(), 0);
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < by_key_.size(); ++i) {
      gone[by_key_[i]] = known_[i];
      count += known_[i];
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < gone.size(); ++i) {
      if (gone[i] == 0) batch_.lines()[kept++] = batch_.lines()[i];
    }
    batch_.lines().resize(kept);
    return count;
  }

 private:
  BillBatch& batch_;
  std::vector<std::uint32_t> by_key_;
  std::vector<std::uint8_t> known_;
};

std::vector<std::uint32_t> order_by_name(const BillBatch& batch) {
  std::vector<std::uint32_t> order(batch.lines().size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto& one = batch.lines()[a];
    const auto& other = batch.lines()[b];
    return std::tie(one.key, one.content) < std::tie(other.key, other.content);
  });
  return order;
}

// Lines that the batch has twice; the first of each stays.
std::uint64_t remove_repeated(BillBatch& batch) {
  const std::vector<std::uint32_t> order = order_by_name(batch);
  std::vector<std::uint8_t> gone(order.size(), 0);
  std::uint64_t count = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto& one = batch.lines()[order[i - 1]];
    const auto& other = batch.lines()[order[i]];
    if (one.key != other.key || one.content != other.content) continue;
    gone[order[i]] = 1;
    ++count;
  }
  if (count == 0) return 0;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (gone[i] == 0) batch.lines()[kept++] = batch.lines()[i];
  }
  batch.lines().resize(kept);
  return count;
}

// Lines of earlier segments that no longer count, by segment.
using Losers = std::map<std::uint64_t, std::set<BillLineName>>;

// The cells that earlier segments' lines add to, with the opposite sign.
std::vector<BillCell> corrections_of(const Transaction& transaction, const std::string& prefix, const Losers& losers) {
  std::vector<BillCell> corrections;
  for (const auto& [segment, names] : losers) {
    const std::vector<BillCell> cells = cells_of_lines(transaction, prefix, segment, names);
    if (cells.size() != names.size()) throw_corrupt("a bill names a line that it doesn't have");
    for (BillCell cell : cells) {
      cell.amount = -cell.amount;
      cell.lines = -cell.lines;
      corrections.push_back(std::move(cell));
    }
  }
  return corrections;
}

// Settles which line of each identity counts. Earlier lines that no longer do are named in `superseded`.
std::uint64_t settle_variants(BillBatch& batch, const Clashes& clashes, Losers& losers,
                              std::vector<BillLineName>& superseded) {
  const std::vector<std::uint32_t> order = order_by_name(batch);
  std::uint64_t variants = 0;
  for (std::size_t i = 0; i < order.size();) {
    // Lines of one key; the last has the largest content.
    std::size_t end = i + 1;
    while (end < order.size() && batch.lines()[order[end]].key == batch.lines()[order[i]].key) ++end;
    auto& winner = batch.lines()[order[end - 1]];
    for (std::size_t loser = i; loser + 1 < end; ++loser) batch.lines()[order[loser]].counts = false;
    variants += end - i - 1;
    if (const auto found = clashes.find(winner.key); found != clashes.end()) {
      const Clash& before =
          *std::max_element(found->second.begin(), found->second.end(),
                            [](const Clash& a, const Clash& b) { return a.name.content < b.name.content; });
      ++variants;
      if (before.name.content > winner.content) {
        winner.counts = false;
      } else {
        losers[before.segment].insert(before.name);
        superseded.push_back(before.name);
      }
    }
    i = end;
  }
  return variants;
}

}  // namespace

std::vector<BillCell> cells_of_lines(const Transaction& transaction, const std::string& prefix, std::uint64_t segment,
                                     const std::set<BillLineName>& names) {
  const BillHead head = decode_bill_head(bill_part(transaction, prefix, segment, BillPart::cells));
  BillLineReader reader{bill_part(transaction, prefix, segment, BillPart::lines), head.cells.size()};
  std::vector<BillCell> cells;
  while (const auto line = reader.next()) {
    if (!names.contains({line->key, line->content})) continue;
    cells.push_back(head.cells[line->cell]);
    cells.back().amount = line->amount;
    cells.back().lines = 1;
  }
  return cells;
}

WrittenBill write_bill(Transaction& transaction, BillBatch& batch, const std::vector<std::uint64_t>& scope) {
  const std::string prefix = bill_prefix(batch.payer(), batch.month());
  WrittenBill done;
  done.commit.duplicates = remove_repeated(batch);
  KnownLines known{batch, order_by_name(batch)};
  Clashes clashes;
  for (const std::uint64_t number : scope) {
    const std::string_view names = bill_part(transaction, prefix, number, BillPart::names);
    known.compare(open_bill_names(names), number, clashes);
    Environment::forget(names);
  }
  done.commit.duplicates += known.remove_known();
  done.commit.lines = batch.lines().size();
  if (done.commit.lines == 0) return done;
  Losers losers;
  std::vector<BillLineName> superseded;
  done.commit.variants = settle_variants(batch, clashes, losers, superseded);
  const std::vector<std::uint64_t> numbers = all_bill_segments(transaction, prefix);
  done.segment = numbers.empty() ? 1 : numbers.back() + 1;
  const std::vector<std::string> parts =
      encode_bill(batch, corrections_of(transaction, prefix, losers), std::move(superseded));
  for (unsigned part = 0; part < parts.size(); ++part) {
    transaction.insert(TableId::bills, bill_part_key(prefix, done.segment, static_cast<BillPart>(part)), parts[part]);
  }
  return done;
}

}  // namespace trailkeeper::store
