#include "store/bills/bills.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <tuple>

#include "store/bills/bill_loads.h"
#include "store/bills/bill_table.h"
#include "store/error.h"

namespace trailkeeper::store {
namespace {

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

void BillCommit::add(const BillCommit& more) {
  lines += more.lines;
  duplicates += more.duplicates;
  variants += more.variants;
  replaced += more.replaced;
  outdated += more.outdated;
}

std::vector<BillMonth> bill_months(const Snapshot& snapshot) {
  std::vector<BillMonth> months;
  for (auto& [payer, month] : stored_bills(snapshot.transaction())) {
    BillMonth bill{std::move(payer), month, 0};
    const std::string prefix = bill_prefix(bill.payer, bill.month);
    for (const std::uint64_t number : bill_segments(snapshot.transaction(), prefix)) {
      bill.lines += BillNames{bill_part(snapshot.transaction(), prefix, number, BillPart::names)}.size();
    }
    if (bill.lines > 0) months.push_back(std::move(bill));
  }
  return months;
}

std::vector<BillCell> bill_cells(const Snapshot& snapshot, std::string_view payer, std::uint32_t month) {
  const std::string prefix = bill_prefix(payer, month);
  std::vector<BillCell> cells;
  for (const std::uint64_t number : bill_segments(snapshot.transaction(), prefix)) {
    BillHead head = decode_bill_head(bill_part(snapshot.transaction(), prefix, number, BillPart::cells));
    std::move(head.cells.begin(), head.cells.end(), std::back_inserter(cells));
  }
  std::sort(cells.begin(), cells.end(), [](const BillCell& a, const BillCell& b) { return a.before(b); });
  std::vector<BillCell> summed;
  for (BillCell& cell : cells) {
    bool beyond = is_beyond(cell.amount);
    if (summed.empty() || !summed.back().same_place(cell)) {
      summed.push_back(std::move(cell));
      cell = {};
    }
    beyond = beyond || __builtin_add_overflow(summed.back().amount, cell.amount, &summed.back().amount);
    if (beyond) {
      throw std::overflow_error("the charges of a day add up to more than 900 million dollars");
    }
    summed.back().lines += cell.lines;
  }
  std::erase_if(summed, [](const BillCell& cell) { return cell.lines == 0; });
  return summed;
}

void for_each_bill_line(const Snapshot& snapshot, std::string_view payer, std::uint32_t month,
                        const std::function<void(const CountedBillLine&)>& visit) {
  const std::string prefix = bill_prefix(payer, month);
  std::vector<Source> sources;
  std::set<BillLineName> superseded;
  for (const std::uint64_t number : bill_segments(snapshot.transaction(), prefix)) {
    Source source;
    source.head = decode_bill_head(bill_part(snapshot.transaction(), prefix, number, BillPart::cells));
    source.in_memory = bill_part(snapshot.transaction(), prefix, number, BillPart::lines);
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
    const std::string prefix = bill_prefix(bill.payer, bill.month);
    for (const std::uint64_t number : bill_segments(snapshot.transaction(), prefix)) {
      count += decode_bill_head(bill_part(snapshot.transaction(), prefix, number, BillPart::cells)).superseded.size();
    }
  }
  return count;
}

namespace {

void check_bill(const Transaction& transaction, const std::string& prefix, std::uint64_t number) {
  const BillHead head = decode_bill_head(bill_part(transaction, prefix, number, BillPart::cells));
  if (open_bill_names(bill_part(transaction, prefix, number, BillPart::names)).size() != head.lines) {
    throw_corrupt("names of lines are missing");
  }
  BillLineReader reader{bill_part(transaction, prefix, number, BillPart::lines), head.cells.size()};
  std::uint64_t lines = 0;
  while (reader.next()) ++lines;
  std::uint64_t raw = 0;
  for_each_raw_bill_line(bill_part(transaction, prefix, number, BillPart::raw), [&raw](std::string_view) { ++raw; });
  if (lines != head.lines || raw != head.lines) throw_corrupt("lines are missing");
}

}  // namespace

void check_bills(const Transaction& transaction, const std::function<void(const std::string&)>& damaged) {
  for (const auto& [payer, month] : stored_bills(transaction)) {
    const std::string prefix = bill_prefix(payer, month);
    std::vector<std::uint64_t> numbers;
    try {
      static_cast<void>(bill_loads(transaction, prefix));
      numbers = all_bill_segments(transaction, prefix);
    } catch (const StoreError& error) {
      damaged(std::string{error.what()} + " (bill of " + payer + ", " + std::to_string(month) + ")");
    }
    for (const std::uint64_t number : numbers) {
      try {
        check_bill(transaction, prefix, number);
      } catch (const StoreError& error) {
        damaged(std::string{error.what()} + " (bill of " + payer + ", " + std::to_string(month) + ", segment " +
                std::to_string(number) + ")");
      }
    }
  }
}

void check_bills(const Snapshot& snapshot) {
  check_bills(snapshot.transaction(), [](const std::string& what) { throw StoreError(StoreErrorKind::corrupt, what); });
}

}  // namespace trailkeeper::store
