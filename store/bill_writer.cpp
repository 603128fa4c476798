#include <algorithm>
#include <map>
#include <tuple>

#include "store/bill_table.h"
#include "store/bills.h"
#include "store/segment_parts.h"

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
      at = first_not_before(names, at, line.key);
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
  // Galloping: a few new lines among many old ones cost little, and so do many among many.
  static std::size_t first_not_before(const BillNames& names, std::size_t from, const BillKey& key) {
    std::size_t step = 1;
    std::size_t low = from;
    while (low + step < names.size() && names.at(low + step).key < key) {
      low += step;
      step *= 2;
    }
    std::size_t high = std::min(low + step, names.size());
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (names.at(middle).key < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

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

// The cell that an earlier segment's line adds to, with the opposite sign.
BillCell correction_of(const Transaction& transaction, const std::string& prefix, const Clash& clash) {
  const BillHead head = decode_bill_head(bill_part(transaction, prefix, clash.segment, BillPart::cells));
  BillLineReader reader{bill_part(transaction, prefix, clash.segment, BillPart::lines), head.cells.size()};
  while (const auto line = reader.next()) {
    if (line->key != clash.name.key || line->content != clash.name.content) continue;
    BillCell cell = head.cells[line->cell];
    cell.amount = -line->amount;
    cell.lines = -1;
    return cell;
  }
  throw_corrupt("a bill names a line that it doesn't have");
}

// Settles which line of each identity counts. Earlier lines that no longer do are named in `superseded`.
std::uint64_t settle_variants(const Transaction& transaction, const std::string& prefix, BillBatch& batch,
                              const Clashes& clashes, std::vector<BillCell>& corrections,
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
        corrections.push_back(correction_of(transaction, prefix, before));
        superseded.push_back(before.name);
      }
    }
    i = end;
  }
  return variants;
}

}  // namespace

BillCommit write_bill(Transaction& transaction, BillBatch& batch) {
  const std::string prefix = bill_prefix(batch.payer(), batch.month());
  BillCommit done;
  done.duplicates = remove_repeated(batch);
  const std::vector<std::uint64_t> numbers = bill_segments(transaction, prefix);
  KnownLines known{batch, order_by_name(batch)};
  Clashes clashes;
  for (const std::uint64_t number : numbers) {
    const std::string_view names = bill_part(transaction, prefix, number, BillPart::names);
    known.compare(open_bill_names(names), number, clashes);
    Environment::forget(names);
  }
  done.duplicates += known.remove_known();
  done.lines = batch.lines().size();
  if (done.lines == 0) return done;
  std::vector<BillCell> corrections;
  std::vector<BillLineName> superseded;
  done.variants = settle_variants(transaction, prefix, batch, clashes, corrections, superseded);
  const std::uint64_t number = numbers.empty() ? 1 : numbers.back() + 1;
  const std::vector<std::string> parts = encode_bill(batch, corrections, std::move(superseded));
  for (unsigned part = 0; part < parts.size(); ++part) {
    transaction.insert(TableId::bills, bill_part_key(prefix, number, static_cast<BillPart>(part)), parts[part]);
  }
  return done;
}

}  // namespace trailkeeper::store
