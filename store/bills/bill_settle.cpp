#include "store/bills/bill_settle.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "store/bills/bill_restore.h"
#include "store/bills/bill_table.h"
#include "store/bills/bill_writer.h"
#include "store/segments/segment_parts.h"
#include "text/json_writer.h"

namespace trailkeeper::store {
namespace {

constexpr std::size_t kMostNamed = 20;

// Loads that make a version of a report together; a file that belongs to no report is one of its own.
struct Version {
  BillLoad whole;  // Its newest times, all its lines and what they are.
  std::vector<std::size_t> loads;

  void add(const BillLoad& load, std::size_t index) {
    if (loads.empty()) {
      whole = load;
    } else {
      whole.origin.delivered = std::max(whole.origin.delivered, load.origin.delivered);
      whole.origin.modified = std::max(whole.origin.modified, load.origin.modified);
      whole.last_usage = std::max(whole.last_usage, load.last_usage);
      whole.lines += load.lines;
      whole.segments.insert(whole.segments.end(), load.segments.begin(), load.segments.end());
      whole.places.add(load.places);
      whole.prices.add(load.prices);
    }
    loads.push_back(index);
  }

  [[nodiscard]] bool same_report(const Version& other) const {
    return !whole.origin.report.empty() && whole.origin.report == other.whole.origin.report;
  }
  /// Whether both are files of one set, by their names (BillOrigin::assembly).
  [[nodiscard]] bool beside(const Version& other) const {
    const BillOrigin& one = whole.origin;
    const BillOrigin& two = other.whole.origin;
    return one.report.empty() && two.report.empty() && !one.assembly.empty() && one.assembly == two.assembly &&
           one.part != two.part;
  }
  /// Whether both are one file that was written anew, and belongs to no report that is known.
  [[nodiscard]] bool same_file(const Version& other) const {
    const BillOrigin& one = whole.origin;
    const BillOrigin& two = other.whole.origin;
    return one.report.empty() && two.report.empty() && one.lasting() && one.source == two.source;
  }
  [[nodiscard]] bool same_version(const Version& other) const {
    return same_report(other) && whole.origin.assembly == other.whole.origin.assembly;
  }
};

void erase_segment(Transaction& transaction, const std::string& prefix, std::uint64_t number) {
  for (unsigned part = 0; part < kBillParts; ++part) {
    transaction.erase(TableId::bills, bill_part_key(prefix, number, static_cast<BillPart>(part)));
  }
}

// Which of a segment's lines are in others, too.
std::vector<std::uint8_t> known_in(const Transaction& transaction, const std::string& prefix, std::uint64_t number,
                                   const std::vector<std::uint64_t>& others) {
  const BillNames mine = open_bill_names(bill_part(transaction, prefix, number, BillPart::names));
  std::vector<std::uint8_t> known(mine.size(), 0);
  for (const std::uint64_t other : others) {
    if (other == number) continue;
    const BillNames theirs = open_bill_names(bill_part(transaction, prefix, other, BillPart::names));
    std::size_t at = 0;
    for (std::size_t i = 0; i < mine.size() && at < theirs.size(); ++i) {
      const BillLineName name = mine.at(i);
      at = theirs.first_not_before(at, name);
      if (at < theirs.size() && theirs.at(at) == name) known[i] = 1;
    }
  }
  return known;
}

/// Settles the loads of one bill.
class Settlement {
 public:
  Settlement(Transaction& transaction, const BillName& bill, const std::set<std::uint64_t>& tokens)
      : transaction_(transaction),
        bill_(bill),
        prefix_(bill_prefix(bill.payer, bill.month)),
        loads_(bill_loads(transaction, prefix_)) {
    for (std::size_t i = 0; i < loads_.size(); ++i) {
      if (!loads_[i].counts && tokens.contains(loads_[i].origin.token)) mine_.add(loads_[i], i);
    }
    gone_.resize(loads_.size(), 0);
  }

  SettledBill settle() {
    if (mine_.loads.empty()) return {};
    visible_ = bill_segments(transaction_, prefix_);
    known_ = count_known(mine_.whole.segments, visible_);
    if (known_ == mine_.whole.lines && mine_.whole.origin.report.empty() && !was_more()) {
      done_.commit.duplicates = known_;
      drop(mine_.loads);
      return finish();
    }
    if (!decide()) {
      done_.commit.outdated = mine_.whole.lines;
      replace();
      drop(mine_.loads);
      return finish();
    }
    replace();
    for (const std::size_t index : mine_.loads) {
      if (gone_[index] == 0) let_count(index);
    }
    return finish();
  }

 private:
  // How many lines of some segments others have, too.
  [[nodiscard]] std::uint64_t count_known(const std::vector<std::uint64_t>& segments,
                                          const std::vector<std::uint64_t>& others) const {
    std::uint64_t count = 0;
    for (const std::uint64_t number : segments) {
      const auto known = known_in(transaction_, prefix_, number, others);
      count += static_cast<std::uint64_t>(std::count(known.begin(), known.end(), 1));
    }
    return count;
  }

  // Whether the same file had other lines before.
  [[nodiscard]] bool was_more() const {
    const std::vector<Version> all = versions();
    return std::any_of(all.begin(), all.end(), [this](const Version& other) {
      return mine_.same_file(other) && (other.whole.lines != mine_.whole.lines ||
                                        count_known(mine_.whole.segments, other.whole.segments) != mine_.whole.lines);
    });
  }

  // What counts now.
  [[nodiscard]] std::vector<Version> versions() const {
    std::vector<Version> found;
    for (std::size_t i = 0; i < loads_.size(); ++i) {
      if (!loads_[i].counts) continue;
      Version one;
      one.add(loads_[i], i);
      const auto same =
          std::find_if(found.begin(), found.end(), [&one](const Version& other) { return one.same_version(other); });
      if (same == found.end()) {
        found.push_back(std::move(one));
      } else {
        same->add(loads_[i], i);
      }
    }
    return found;
  }

  // Finds what is to be replaced; false if these loads are older than what is there, or others have all that they have.
  bool decide() {
    bool counts = true;
    std::vector<std::size_t> anew;  // The same file as it was before.
    const auto add = [](const Version& version, std::vector<std::size_t>& to) {
      to.insert(to.end(), version.loads.begin(), version.loads.end());
    };
    for (const Version& other : versions()) {
      if (mine_.same_version(other)) {
        for (const std::size_t index : other.loads) decide_part(index);
      } else if (mine_.same_file(other)) {
        add(other, anew);
      } else if (mine_.same_report(other)) {
        if (mine_.whole.newer_than(other.whole) < 0) counts = false;
        add(other, replaced_);
      } else if (!mine_.beside(other)) {
        const bool covers = other.whole.covered_by(mine_.whole);
        const bool covered = mine_.whole.covered_by(other.whole);
        if (covered && !(covers && mine_.whole.newer_than(other.whole) >= 0)) counts = false;
        if (covers) add(other, replaced_);
      }
    }
    if (!counts) replaced_.clear();
    replaced_.insert(replaced_.end(), anew.begin(), anew.end());
    return counts;
  }

  // A file of this version that is there already: the newer stays.
  void decide_part(std::size_t index) {
    const BillLoad& other = loads_[index];
    for (const std::size_t own : mine_.loads) {
      const BillLoad& load = loads_[own];
      if (gone_[own] != 0 || load.origin.part != other.origin.part) continue;
      if (load.lines == other.lines && count_known(load.segments, other.segments) == load.lines) {
        done_.commit.duplicates += load.lines;
        known_ -= std::min(known_, load.lines);
        drop({own});
      } else if (load.newer_than(other) >= 0) {
        replaced_.push_back(index);
      } else {
        done_.commit.outdated += load.lines;
        drop({own});
      }
      return;
    }
  }

  void replace() {
    std::set<std::uint64_t> segments;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < replaced_.size(); ++i) {
      const BillLoad& load = loads_[replaced_[i]];
      segments.insert(load.segments.begin(), load.segments.end());
      done_.commit.replaced += load.lines;
      if (i >= kMostNamed) continue;
      names.push_back(load.origin.source);
    }
    if (segments.empty()) return;
    std::erase_if(visible_, [&segments](std::uint64_t number) { return segments.contains(number); });
    restore_superseded(transaction_, prefix_, visible_, segments);
    drop(replaced_);
    const BillOrigin& origin = mine_.whole.origin;
    text::JsonWriter json{done_.note};
    json.open('{').member("action", "bill-replace").member("payer", bill_.payer);
    json.member("month", fmt::format("{}-{:02}", bill_.month / 100, bill_.month % 100));
    for (const auto& [name, text] :
         {std::pair{"report", &origin.report}, {"version", &origin.assembly}, {"source", &origin.source}}) {
      if (text->empty() || (origin.report.empty() && text == &origin.assembly)) continue;
      json.member(name, *text);
    }
    json.member("lines", mine_.whole.lines).member("replacedLines", done_.commit.replaced);
    json.list("replaced", names).close('}');
  }

  // Reveals a load's lines. Those that other files have, too, are left out.
  void let_count(std::size_t index) {
    BillLoad& load = loads_[index];
    load.counts = true;
    const std::vector<std::uint64_t> others = others_than(index);
    const bool overlaps = std::any_of(load.segments.begin(), load.segments.end(),
                                      [&](std::uint64_t number) { return shares_keys(number, others); });
    if (!overlaps) {
      done_.commit.lines += load.lines - std::min(load.lines, known_);
      done_.commit.duplicates += std::min(load.lines, known_);
      known_ -= std::min(load.lines, known_);
      return;
    }
    std::vector<std::uint64_t> scope = others;
    std::vector<std::uint64_t> segments;
    for (const std::uint64_t number : load.segments) {
      BillBatch batch = batch_of(number);
      erase_segment(transaction_, prefix_, number);
      const WrittenBill written = write_bill(transaction_, batch, scope);
      done_.commit.add(written.commit);
      if (written.segment == 0) continue;
      segments.push_back(written.segment);
      scope.push_back(written.segment);
    }
    load.segments = std::move(segments);
  }

  // Segments that count, but for those of the load's own version: its files don't repeat each other.
  [[nodiscard]] std::vector<std::uint64_t> others_than(std::size_t index) const {
    std::vector<std::uint64_t> others = visible_;
    const BillOrigin& own = loads_[index].origin;
    for (std::size_t i = 0; i < loads_.size(); ++i) {
      const BillOrigin& origin = loads_[i].origin;
      if (own.report.empty() || origin.report != own.report || origin.assembly != own.assembly) continue;
      std::erase_if(others, [&](std::uint64_t number) {
        const auto& segments = loads_[i].segments;
        return std::find(segments.begin(), segments.end(), number) != segments.end();
      });
    }
    return others;
  }

  [[nodiscard]] bool shares_keys(std::uint64_t number, const std::vector<std::uint64_t>& others) const {
    const BillNames mine = open_bill_names(bill_part(transaction_, prefix_, number, BillPart::names));
    for (const std::uint64_t other : others) {
      const BillNames theirs = open_bill_names(bill_part(transaction_, prefix_, other, BillPart::names));
      std::size_t at = 0;
      for (std::size_t i = 0; i < mine.size() && at < theirs.size(); ++i) {
        at = theirs.first_not_before(at, {mine.at(i).key, 0});
        if (at < theirs.size() && theirs.at(at).key == mine.at(i).key) return true;
      }
    }
    return false;
  }

  // A segment's lines as they were added.
  [[nodiscard]] BillBatch batch_of(std::uint64_t number) const {
    const BillHead head = decode_bill_head(bill_part(transaction_, prefix_, number, BillPart::cells));
    BillBatch batch{bill_.payer, bill_.month, head.header};
    BillLineReader reader{bill_part(transaction_, prefix_, number, BillPart::lines), head.cells.size()};
    for_each_raw_bill_line(bill_part(transaction_, prefix_, number, BillPart::raw), [&](std::string_view raw) {
      const auto stored = reader.next();
      if (!stored) throw_corrupt("lines of a bill are missing");
      const BillCell& cell = head.cells[stored->cell];
      batch.add({stored->key, stored->content, 0, cell.usage_account, cell.service, cell.usage_type, cell.line_type,
                 cell.entity, cell.reservation, stored->amount, stored->start, stored->id, raw});
    });
    return batch;
  }

  void drop(const std::vector<std::size_t>& loads) {
    for (const std::size_t index : loads) {
      if (gone_[index] != 0) continue;
      gone_[index] = 1;
      for (const std::uint64_t number : loads_[index].segments) erase_segment(transaction_, prefix_, number);
    }
  }

  SettledBill finish() {
    std::vector<BillLoad> left;
    for (std::size_t i = 0; i < loads_.size(); ++i) {
      if (gone_[i] == 0) left.push_back(std::move(loads_[i]));
    }
    put_bill_loads(transaction_, prefix_, left);
    return std::move(done_);
  }

  Transaction& transaction_;
  const BillName& bill_;
  std::string prefix_;
  std::vector<BillLoad> loads_;
  Version mine_;
  std::vector<std::uint8_t> gone_;      // Loads that aren't there any more.
  std::vector<std::size_t> replaced_;   // Loads to go.
  std::vector<std::uint64_t> visible_;  // Segments that count, and stay.
  std::uint64_t known_ = 0;             // Of the lines, those that counted already.
  SettledBill done_;
};

}  // namespace

BillCommit stage_bill(Transaction& transaction, BillBatch& batch, const BillOrigin& origin,
                      const std::set<std::uint64_t>& live) {
  const std::string prefix = bill_prefix(batch.payer(), batch.month());
  std::vector<BillLoad> loads = bill_loads(transaction, prefix);
  for (const BillLoad& load : loads) {
    if (load.counts || live.contains(load.origin.token)) continue;
    for (const std::uint64_t number : load.segments) erase_segment(transaction, prefix, number);
  }
  std::erase_if(loads, [&live](const BillLoad& load) { return !load.counts && !live.contains(load.origin.token); });
  auto load = std::find_if(loads.begin(), loads.end(),
                           [&origin](const BillLoad& one) { return !one.counts && one.origin.token == origin.token; });
  if (load == loads.end()) {
    loads.emplace_back();
    load = std::prev(loads.end());
    load->origin = origin;
  }
  const WrittenBill written = write_bill(transaction, batch, load->segments);
  for (const BillBatch::Line& line : batch.lines()) {
    load->places.add(line.place);
    load->prices.add(line.place ^ (static_cast<std::uint64_t>(line.amount) * 0x9E3779B97F4A7C15U));
    const BillCell& cell = batch.cells()[line.cell];
    if (cell.line_type.find("Usage") != std::string::npos) load->last_usage = std::max(load->last_usage, line.start);
  }
  load->lines += written.commit.lines;
  if (written.segment != 0) load->segments.push_back(written.segment);
  put_bill_loads(transaction, prefix, loads);
  return {0, written.commit.duplicates, written.commit.variants, 0, 0};
}

SettledBill settle_bill(Transaction& transaction, const BillName& bill, const std::set<std::uint64_t>& tokens) {
  return Settlement{transaction, bill, tokens}.settle();
}

}  // namespace trailkeeper::store
