#include "query/known_secrets.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <set>
#include <utility>

#include "event/decoded_text.h"
#include "query/columns/named_events.h"
#include "query/leaves/row_signs.h"
#include "query/ledger/credit_ledger.h"
#include "query/segment_scan.h"
#include "rules/credits/confidential.h"
#include "rules/credits/secret_name.h"
#include "rules/credits/secret_signs.h"
#include "text/mutex.h"

namespace trailkeeper::query {

namespace credits = rules::credits;

namespace {

constexpr std::string_view kActivate = "activate.amazonaws.com";
// Another way to look for them is another number.
constexpr std::string_view kWay = "6";
constexpr std::string_view kWayOfMarks = "marks 4";

std::uint64_t hash_of(std::string_view way, const std::vector<std::string>& paths) {
  std::string what{way};
  for (const std::string& path : paths) what += '\n' + path;
  return std::max<std::uint64_t>(XXH3_64bits(what.data(), what.size()), 1);
}

/// Looks through segments for the Org IDs that Activate's events name.
class Finder final : public store::SecretFinder {
 public:
  Finder(std::uint64_t hash_seed, std::vector<std::string> paths)
      : hash_seed_(hash_seed), paths_(std::move(paths)), looks_for_(hash_of(kWay, paths_)) {}

  [[nodiscard]] std::vector<std::string> secrets_of(const store::Segment& segment) const override {
    std::set<std::string, std::less<>> found;
    std::string json;
    std::vector<Look> tables;
    const auto any_name = [](std::string_view /*name*/) { return true; };
    for_each_event_named(segment, kActivate, any_name, [&](std::uint32_t index) {
      if (tables.empty()) tables.assign(segment.table_count(), Look::unknown);
      Look& look = tables.at(segment.table_of(index));
      if (look == Look::unknown) look = may_name_some(segment, segment.table_of(index)) ? Look::yes : Look::no;
      json.clear();
      segment.append_event(index, hash_seed_, json);
      // A text may have an Org ID in it, too.
      if (look == Look::no && !credits::may_name_org_id(json) && !event::is_encoded(json)) return;
      credits::visit_org_ids(json, paths_, [&](std::string_view org_id) {
        if (found.size() < store::kMostSecrets && !found.contains(org_id)) found.emplace(org_id);
      });
    });
    return {found.begin(), found.end()};
  }

  [[nodiscard]] store::SegmentMarks marks_of(const store::Segment& segment) const override {
    return {marks_basis(paths_), events_with_signs(segment, paths_)};
  }

  [[nodiscard]] std::uint64_t looks_for() const override { return looks_for_; }
  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }

 private:
  enum class Look : std::uint8_t { unknown, yes, no };

  // Events of one shape have their values at the same paths.
  [[nodiscard]] bool may_name_some(const store::Segment& segment, std::uint32_t table) const {
    const auto whole = segment.whole_table();
    if (whole && whole->number == table) return true;
    const auto& slots = segment.table(table).slots;
    return std::any_of(slots.begin(), slots.end(), [&](const store::TableSlot& slot) {
      const bool plain = slot.kind != store::SlotKind::event_key && slot.kind != store::SlotKind::event_time;
      return plain && credits::may_be_org_id(segment.path_name(slot.path), paths_);
    });
  }

  std::uint64_t hash_seed_;
  std::vector<std::string> paths_;
  std::uint64_t looks_for_;
};

std::shared_ptr<const Finder> finder_of(const store::Snapshot& snapshot, const store::Secrets& kept) {
  std::vector<std::string> paths = credits::org_id_paths(credit_settings(snapshot));
  // What stood somewhere is secret, though later settings look for it elsewhere.
  paths.insert(paths.end(), kept.paths.begin(), kept.paths.end());
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return std::make_shared<const Finder>(snapshot.hash_seed(), std::move(paths));
}

/// A segment's marks, by its number.
using NumberedMarks = std::vector<std::pair<std::uint64_t, store::SegmentMarks>>;

bool has_marks(const store::Segment& segment, std::uint64_t basis) {
  const auto marks = store::decode_marks(segment.marks(), segment.size());
  return marks && marks->basis == basis;
}

// Of those segments that have none yet, or other settings'.
NumberedMarks missing_marks(const store::Snapshot& snapshot, const Finder& finder) {
  struct {
    text::Mutex mutex;
    NumberedMarks marks TRAILKEEPER_GUARDED_BY(mutex);
  } missing;
  const std::uint64_t basis = marks_basis(finder.paths());
  for_each_segment(snapshot, [&](const store::Segment& segment) {
    if (has_marks(segment, basis)) return;
    auto marks = finder.marks_of(segment);
    const text::Lock lock{missing.mutex};
    missing.marks.emplace_back(segment.header().number, std::move(marks));
  });
  const text::Lock lock{missing.mutex};
  return std::move(missing.marks);
}

}  // namespace

std::uint64_t marks_basis(const std::vector<std::string>& org_id_paths) { return hash_of(kWayOfMarks, org_id_paths); }

void keep_secrets(store::Store& store) {
  std::vector<std::string> found;
  NumberedMarks marks;
  std::shared_ptr<const Finder> finder;
  {
    const store::Snapshot snapshot = store.snapshot();
    const auto kept = snapshot.secrets();
    finder = finder_of(snapshot, *kept);
    store.find_secrets(finder);
    marks = missing_marks(snapshot, *finder);
    const bool looked = kept->looked_for == finder->looks_for();
    if (looked && marks.empty()) return;
    if (!looked) {
      for (const store::Segment& segment : snapshot.segments()) {
        const auto of_segment = finder->secrets_of(segment);
        found.insert(found.end(), of_segment.begin(), of_segment.end());
      }
    }
  }
  store::Transaction transaction = store.environment().write();
  store::put_secrets(transaction, store::secret_seed_of(transaction), found);
  for (const auto& [segment, of_segment] : marks) {
    if (transaction.get(store::TableId::segments, store::segment_key(segment))) {
      store::put_marks(transaction, segment, of_segment);
    }
  }
  store::put_secret_paths(transaction, finder->paths());
  store::put_looked_for(transaction, finder->looks_for());
  transaction.commit();
}

void secrets_may_change(store::Store& store) {
  store::Transaction transaction = store.environment().write();
  store::put_looked_for(transaction, 0);
  transaction.commit();
}

std::shared_ptr<const store::Secrets> secrets_of(const store::Snapshot& snapshot) {
  auto kept = snapshot.secrets();
  if (kept->looked_for != 0) return kept;
  const auto finder = finder_of(snapshot, *kept);
  auto all = std::make_shared<store::Secrets>(*kept);
  all->paths = finder->paths();
  for (const store::Segment& segment : snapshot.segments()) {
    for (const std::string& phrase : finder->secrets_of(segment)) all->words.add(phrase);
  }
  return all;
}

}  // namespace trailkeeper::query
