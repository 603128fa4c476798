#include "store/bills.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

#include "store/byte_codec.h"
#include "store/error.h"
#include "store/segment_parts.h"

namespace trailkeeper::store {
namespace {

constexpr std::size_t kMonthBytes = 4;
constexpr std::size_t kPayerBytes = 12;
constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kPrefixBytes = kMonthBytes + kPayerBytes;
constexpr std::size_t kKeyBytes = kPrefixBytes + kNumberBytes + 1;

void put_big_endian(std::uint64_t value, std::size_t bytes, std::string& out) {
  for (std::size_t i = bytes; i > 0; --i) out.push_back(static_cast<char>(value >> (8 * (i - 1)) & 0xFF));
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string prefix_of(std::string_view payer, std::uint32_t month) {
  std::string prefix;
  put_big_endian(month, kMonthBytes, prefix);
  prefix.append(payer);
  prefix.resize(kPrefixBytes, '\0');
  return prefix;
}

std::string key_of(const std::string& prefix, std::uint64_t number, BillPart part) {
  std::string key = prefix;
  put_big_endian(number, kNumberBytes, key);
  key.push_back(static_cast<char>(part));
  return key;
}

std::uint64_t number_of(std::string_view key) { return big_endian(key.substr(kPrefixBytes, kNumberBytes)); }

void check_key(std::string_view key) {
  if (key.size() != kKeyBytes || static_cast<unsigned char>(key.back()) >= kBillParts) {
    throw_corrupt("the table of bills has a key that isn't one");
  }
}

std::string_view part_of(const Transaction& transaction, const std::string& prefix, std::uint64_t number,
                         BillPart part) {
  const auto bytes = transaction.get(TableId::bills, key_of(prefix, number, part));
  if (!bytes) throw_corrupt("a part of a bill is missing");
  return *bytes;
}

// The numbers of a bill's segments, ascending.
std::vector<std::uint64_t> numbers_of(const Transaction& transaction, const std::string& prefix) {
  std::vector<std::uint64_t> numbers;
  // From one segment's first part to the next: the others aren't looked at.
  std::string from = prefix;
  bool more = true;
  while (more) {
    more = false;
    transaction.scan(TableId::bills, from, [&](std::string_view key, std::string_view) {
      check_key(key);
      if (!key.starts_with(prefix)) return false;
      numbers.push_back(number_of(key));
      from = prefix;
      put_big_endian(numbers.back() + 1, kNumberBytes, from);
      more = true;
      return false;
    });
  }
  return numbers;
}

// --- Writing ---

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
  const BillHead head = decode_bill_head(part_of(transaction, prefix, clash.segment, BillPart::cells));
  BillLineReader reader{part_of(transaction, prefix, clash.segment, BillPart::lines), head.cells.size()};
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

// --- Reading ---

// A segment's lines, with its cells' places among those of all segments.
struct Source {
  BillHead head;
  std::vector<std::uint32_t> rank;
  std::unique_ptr<BillLineReader> reader;
  std::optional<StoredBillLine> line;
  std::string_view in_memory;  // Of the part `lines`: what is being read and comes after it.

  void advance() {
    line = reader->next();
    // Pages are given back as they are done with, so that bills of any size are read in bounded memory.
    constexpr std::size_t kForget = std::size_t{1} << 20;
    const std::size_t done = in_memory.size() - reader->unread().size();
    if (done < kForget && line) return;
    Environment::forget(in_memory.substr(0, done));
    in_memory.remove_prefix(done);
  }

  [[nodiscard]] auto order() const { return std::tuple{rank[line->cell], line->start, line->key, line->content}; }
};

std::vector<BillCell> all_places(const std::vector<Source>& sources) {
  std::vector<BillCell> places;
  for (const Source& source : sources) places.insert(places.end(), source.head.cells.begin(), source.head.cells.end());
  std::sort(places.begin(), places.end(), [](const BillCell& a, const BillCell& b) { return a.before(b); });
  places.erase(std::unique(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.same_place(b); }),
               places.end());
  return places;
}

}  // namespace

std::vector<BillMonth> bill_months(const Snapshot& snapshot) {
  std::vector<BillMonth> months;
  std::string from;
  bool more = true;
  while (more) {
    more = false;
    snapshot.transaction().scan(TableId::bills, from, [&](std::string_view key, std::string_view) {
      check_key(key);
      const std::string prefix{key.substr(0, kPrefixBytes)};
      std::string payer = prefix.substr(kMonthBytes);
      payer.resize(std::min(payer.size(), payer.find('\0')));
      months.push_back({payer, static_cast<std::uint32_t>(big_endian(prefix.substr(0, kMonthBytes))), 0});
      from = prefix + std::string(kNumberBytes + 1, '\xFF');
      more = true;
      return false;
    });
  }
  for (BillMonth& bill : months) {
    const std::string prefix = prefix_of(bill.payer, bill.month);
    for (const std::uint64_t number : numbers_of(snapshot.transaction(), prefix)) {
      bill.lines += BillNames{part_of(snapshot.transaction(), prefix, number, BillPart::names)}.size();
    }
  }
  return months;
}

std::vector<BillCell> bill_cells(const Snapshot& snapshot, std::string_view payer, std::uint32_t month) {
  const std::string prefix = prefix_of(payer, month);
  std::vector<BillCell> cells;
  for (const std::uint64_t number : numbers_of(snapshot.transaction(), prefix)) {
    BillHead head = decode_bill_head(part_of(snapshot.transaction(), prefix, number, BillPart::cells));
    std::move(head.cells.begin(), head.cells.end(), std::back_inserter(cells));
  }
  std::sort(cells.begin(), cells.end(), [](const BillCell& a, const BillCell& b) { return a.before(b); });
  std::vector<BillCell> summed;
  for (BillCell& cell : cells) {
    if (summed.empty() || !summed.back().same_place(cell)) {
      summed.push_back(std::move(cell));
      continue;
    }
    if (__builtin_add_overflow(summed.back().amount, cell.amount, &summed.back().amount)) {
      throw StoreError(StoreErrorKind::io, "the charges of a day add up to more than 900 million dollars");
    }
    summed.back().lines += cell.lines;
  }
  std::erase_if(summed, [](const BillCell& cell) { return cell.lines == 0; });
  return summed;
}

void for_each_bill_line(const Snapshot& snapshot, std::string_view payer, std::uint32_t month,
                        const std::function<void(const BilledLine&)>& visit) {
  const std::string prefix = prefix_of(payer, month);
  std::vector<Source> sources;
  std::set<BillLineName> superseded;
  for (const std::uint64_t number : numbers_of(snapshot.transaction(), prefix)) {
    Source source;
    source.head = decode_bill_head(part_of(snapshot.transaction(), prefix, number, BillPart::cells));
    source.in_memory = part_of(snapshot.transaction(), prefix, number, BillPart::lines);
    source.reader = std::make_unique<BillLineReader>(source.in_memory, source.head.cells.size());
    superseded.insert(source.head.superseded.begin(), source.head.superseded.end());
    sources.push_back(std::move(source));
  }
  const std::vector<BillCell> places = all_places(sources);
  for (Source& source : sources) {
    for (const BillCell& cell : source.head.cells) {
      const auto place = std::lower_bound(places.begin(), places.end(), cell,
                                          [](const BillCell& a, const BillCell& b) { return a.before(b); });
      source.rank.push_back(static_cast<std::uint32_t>(place - places.begin()));
    }
    source.advance();
  }
  // The smallest is always in front.
  const auto later = [&sources](std::size_t a, std::size_t b) { return sources[a].order() > sources[b].order(); };
  std::vector<std::size_t> heap;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].line) heap.push_back(i);
  }
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    Source& source = sources[heap.back()];
    const StoredBillLine& line = *source.line;
    if (!superseded.contains({line.key, line.content})) {
      visit({&places[source.rank[line.cell]], line.key, line.amount, line.start, line.id});
    }
    source.advance();
    if (source.line) {
      std::push_heap(heap.begin(), heap.end(), later);
    } else {
      heap.pop_back();
    }
  }
}

std::uint64_t superseded_bill_lines(const Snapshot& snapshot) {
  std::uint64_t count = 0;
  for (const BillMonth& bill : bill_months(snapshot)) {
    const std::string prefix = prefix_of(bill.payer, bill.month);
    for (const std::uint64_t number : numbers_of(snapshot.transaction(), prefix)) {
      count += decode_bill_head(part_of(snapshot.transaction(), prefix, number, BillPart::cells)).superseded.size();
    }
  }
  return count;
}

void check_bills(const Snapshot& snapshot) {
  for (const BillMonth& bill : bill_months(snapshot)) {
    const std::string prefix = prefix_of(bill.payer, bill.month);
    for (const std::uint64_t number : numbers_of(snapshot.transaction(), prefix)) {
      const BillHead head = decode_bill_head(part_of(snapshot.transaction(), prefix, number, BillPart::cells));
      const std::string_view names = part_of(snapshot.transaction(), prefix, number, BillPart::names);
      const std::string_view content = names.substr(0, names.size() - sizeof(std::uint64_t));
      const bool sound = BillNames{names}.size() == head.lines &&
                         ByteReader{names.substr(content.size())}.fixed<std::uint64_t>() == checksum(content);
      if (!sound) throw_corrupt("the names of the lines of " + bill.payer + "'s bill are damaged");
      BillLineReader reader{part_of(snapshot.transaction(), prefix, number, BillPart::lines), head.cells.size()};
      std::uint64_t lines = 0;
      while (reader.next()) ++lines;
      std::uint64_t raw = 0;
      for_each_raw_bill_line(part_of(snapshot.transaction(), prefix, number, BillPart::raw),
                             [&raw](std::string_view) { ++raw; });
      if (lines != head.lines || raw != head.lines) throw_corrupt("lines of " + bill.payer + "'s bill are missing");
    }
  }
}

BillCommit write_bill(Transaction& transaction, BillBatch& batch) {
  const std::string prefix = prefix_of(batch.payer(), batch.month());
  BillCommit done;
  done.duplicates = remove_repeated(batch);
  const std::vector<std::uint64_t> numbers = numbers_of(transaction, prefix);
  KnownLines known{batch, order_by_name(batch)};
  Clashes clashes;
  for (const std::uint64_t number : numbers) {
    const std::string_view names = part_of(transaction, prefix, number, BillPart::names);
    known.compare(BillNames{names}, number, clashes);
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
    transaction.put(TableId::bills, key_of(prefix, number, static_cast<BillPart>(part)), parts[part]);
  }
  return done;
}

}  // namespace trailkeeper::store
