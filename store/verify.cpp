#include "store/verify.h"

#include <map>
#include <set>

#include "store/all_cores.h"
#include "store/bills/bills.h"
#include "store/error.h"
#include "store/lmdb/table_seal.h"
#include "store/policy_file.h"
#include "store/rejects.h"
#include "store/secrets.h"
#include "store/segments/mapped_parts.h"
#include "store/segments/segment.h"
#include "store/segments/segment_verdicts.h"
#include "store/store.h"
#include "store/stored_tables.h"
#include "text/mutex.h"

namespace trailkeeper::store {
namespace {

using Told = std::function<void(const std::string&)>;

/// One snapshot's check.
class Verification {
 public:
  Verification(const Transaction& transaction, const Told& damaged) : transaction_(transaction), damaged_(damaged) {}

  Verified run(bool events, unsigned threads) {
    attempt([&] { transaction_.require_format(); });
    transaction_.tables().walk([&](TableId table, const PageRow& row) { take(table, row); }, damaged_);
    for (unsigned table = 0; table < kTableCount; ++table) {
      attempt([&] { transaction_.check_sum(static_cast<TableId>(table), seen_[table].rows, seen_[table].sum); });
    }
    attempt([&] { seed_ = hash_seed_of(transaction_); });
    attempt([&] { check_rest(); });
    check_segments(events, threads);
    return result_;
  }

 private:
  template <typename Work>
  void attempt(Work&& work) {
    attempt(damaged_, work);
  }
  template <typename Work>
  static void attempt(const Told& damaged, Work&& work) {
    try {
      work();
    } catch (const StoreError& error) {
      damaged(error.what());
    }
  }

  /// What was found in one segment, until those before it have been reported.
  struct Findings {
    std::vector<std::string> damaged;
    std::uint64_t events = 0;
    bool done = false;
  };

  // An entry that is what was stored: its seal, its own checksums, and that it can be decoded.
  void take(TableId table, const PageRow& row) {
    ++result_.entries;
    if (!transaction_.is_sums(table, row.key))
      seen_[static_cast<unsigned>(table)].add(transaction_.mark_of_row(table, row));
    if (!has_seals(table)) {
      if (table == TableId::parts) parts_.insert(std::string{row.key});
      return;
    }
    const std::string_view value = transaction_.open_row(table, row);
    if (table == TableId::segments) segments_.emplace(number_of_key(row.key), decode_header(value));
    if (table == TableId::verdicts) verdicts_.emplace(number_of_key(row.key), value);
    if (table == TableId::marks) marks_.emplace(number_of_key(row.key), value);
    if (table == TableId::policies) static_cast<void>(decode_policy_file(value));
    if (table == TableId::secrets) check_secret(row.key, value);
  }

  void check_rest() {
    for (const auto& [number, value] : verdicts_) {
      const auto segment = segments_.find(number);
      if (segment != segments_.end() && !decode_verdicts(value, segment->second.events)) {
        damaged_("the store is damaged: table verdicts, segment " + std::to_string(number) + ": they can't be read");
      }
    }
    for (const auto& [number, value] : marks_) {
      const auto segment = segments_.find(number);
      if (segment != segments_.end() && !decode_marks(value, segment->second.events)) {
        damaged_("the store is damaged: table marks, segment " + std::to_string(number) + ": they can't be read");
      }
    }
    for (const auto& [number, header] : segments_) {
      for (std::uint32_t part = 0; part < header.parts; ++part) {
        if (parts_.contains(part_key(number, part))) continue;
        damaged_("the store is damaged: segment " + std::to_string(number) + " lacks part " + std::to_string(part));
      }
    }
    attempt([&] { visit_rejects(transaction_, true, [](const KeptReject&) { return true; }); });
    check_bills(transaction_, damaged_);
  }

  void check_segments(bool events, unsigned threads) {
    const std::vector<std::pair<std::uint64_t, SegmentHeader>> segments{segments_.begin(), segments_.end()};
    // Reported in the order of segments, whichever is done first.
    struct {
      text::Mutex mutex;
      std::vector<Findings> found TRAILKEEPER_GUARDED_BY(mutex);
      std::size_t reported TRAILKEEPER_GUARDED_BY(mutex) = 0;
    } all;
    {
      const text::Lock lock{all.mutex};
      all.found.resize(segments.size());
    }
    share_work(segments.size(), threads == 0 ? all_cores() : threads, [&](std::size_t i) {
      Findings own = check_segment(segments[i].first, segments[i].second, events);
      const text::Lock lock{all.mutex};
      all.found[i] = std::move(own);
      for (; all.reported < all.found.size() && all.found[all.reported].done; ++all.reported) {
        Findings& next = all.found[all.reported];
        for (const std::string& what : next.damaged) damaged_(what);
        next.damaged.clear();
        result_.events += next.events;
      }
    });
  }

  // Called by several threads.
  [[nodiscard]] Findings check_segment(std::uint64_t number, const SegmentHeader& header, bool events) const {
    Findings findings;
    findings.done = true;
    const Told damaged = [&](const std::string& what) { findings.damaged.push_back(what); };
    if (header.number != number) {
      damaged("the store is damaged: segment " + std::to_string(number) + " has another's header");
      return findings;
    }
    const Segment segment{std::make_shared<const OpenedHeader>(header),
                          MappedParts{transaction_.tables(), number, header.parts}, true};
    segment.verify([&](const StoreError& error) { damaged(error.what()); });
    std::string json;
    for (std::uint32_t index = 0; events && index < segment.size(); ++index) {
      json.clear();
      attempt(damaged, [&] {
        segment.append_event(index, seed_, json);
        ++findings.events;
      });
    }
    attempt(damaged, [&] { segment.forget(); });
    return findings;
  }

  const Transaction& transaction_;
  const Told& damaged_;
  Verified result_;
  TableSums seen_{};
  std::uint64_t seed_ = 0;
  std::map<std::uint64_t, SegmentHeader> segments_;
  std::map<std::uint64_t, std::string_view> verdicts_;
  std::map<std::uint64_t, std::string_view> marks_;
  std::set<std::string> parts_;
};

}  // namespace

Verified verify_store(const std::string& directory, bool events, const Told& damaged, unsigned threads) {
  try {
    Environment environment{directory, false, Environment::Trust::nothing};
    const Transaction transaction = environment.read();
    return Verification{transaction, damaged}.run(events, threads);
  } catch (const StoreError& error) {
    if (error.kind() != StoreErrorKind::corrupt) throw;
    damaged(error.what());
  }
  return {};
}

}  // namespace trailkeeper::store
