#include "store/verify.h"

#include <map>
#include <set>

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

namespace trailkeeper::store {
namespace {

using Told = std::function<void(const std::string&)>;

/// One snapshot's check.
class Verification {
 public:
  Verification(const Transaction& transaction, const Told& damaged) : transaction_(transaction), damaged_(damaged) {}

  Verified run(bool events) {
    attempt([&] { transaction_.require_format(); });
    transaction_.tables().walk([&](TableId table, const PageRow& row) { take(table, row); }, damaged_);
    for (unsigned table = 0; table < kTableCount; ++table) {
      attempt([&] { transaction_.check_sum(static_cast<TableId>(table), seen_[table].rows, seen_[table].sum); });
    }
    attempt([&] { seed_ = hash_seed_of(transaction_); });
    attempt([&] { check_rest(); });
    for (const auto& [number, header] : segments_) check_segment(number, header, events);
    return result_;
  }

 private:
  template <typename Work>
  void attempt(Work&& work) {
    try {
      work();
    } catch (const StoreError& error) {
      damaged_(error.what());
    }
  }

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

  void check_segment(std::uint64_t number, const SegmentHeader& header, bool events) {
    if (header.number != number) {
      damaged_("the store is damaged: segment " + std::to_string(number) + " has another's header");
      return;
    }
    const Segment segment{std::make_shared<const OpenedHeader>(header),
                          MappedParts{transaction_.tables(), number, header.parts}, true};
    segment.verify([&](const StoreError& error) { damaged_(error.what()); });
    std::string json;
    for (std::uint32_t index = 0; events && index < segment.size(); ++index) {
      json.clear();
      attempt([&] {
        segment.append_event(index, seed_, json);
        ++result_.events;
      });
    }
    attempt([&] { segment.forget(); });
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

Verified verify_store(const std::string& directory, bool events, const Told& damaged) {
  try {
    Environment environment{directory, false, Environment::Trust::nothing};
    const Transaction transaction = environment.read();
    return Verification{transaction, damaged}.run(events);
  } catch (const StoreError& error) {
    if (error.kind() != StoreErrorKind::corrupt) throw;
    damaged(error.what());
  }
  return {};
}

}  // namespace trailkeeper::store
