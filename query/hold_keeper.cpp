#include "query/hold_keeper.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "query/columns/named_events.h"
#include "query/event_names.h"
#include "query/filter_json.h"
#include "query/segment_filter.h"
#include "query/verdicts/verdict_index.h"
#include "rules/grants/history.h"
#include "store/writer.h"

namespace trailkeeper::query {
namespace {

bool depends_on_others(FilterField field) {
  switch (field) {
    case FilterField::event_id:
    case FilterField::name:
    case FilterField::source:
    case FilterField::user:
    case FilterField::principal:
    case FilterField::access_key:
    case FilterField::account:
    case FilterField::region:
    case FilterField::ip:
    case FilterField::error:
    case FilterField::resource:
    case FilterField::type:
    case FilterField::category:
    case FilterField::request_id:
    case FilterField::user_agent:
    case FilterField::resource_type:
    case FilterField::shown_user:
    case FilterField::identity:
    case FilterField::role:
    case FilterField::session:
    case FilterField::where:
    case FilterField::text:
    case FilterField::read_only: return false;
    case FilterField::verdict: return true;
  }
  return true;
}

struct MovingHold {
  std::string name;
  std::string encoded;
  Filter filter;
};

// A filter that this version can't read is a newer one's: events go on to be taken in, and retention refuses to work.
std::vector<MovingHold> moving_holds(const store::Snapshot& snapshot) {
  std::vector<MovingHold> moving;
  for (const store::LegalHold& hold : snapshot.holds()) {
    auto filter = decode_filter(hold.filter);
    if (filter && depends_on_others(*filter)) moving.push_back({hold.name, hold.filter, std::move(*filter)});
  }
  return moving;
}

class Keeper final : public store::HoldKeeper {
 public:
  [[nodiscard]] bool changes_matches(const store::Snapshot& snapshot,
                                     const std::vector<store::SealedBatch>& batches) override {
    if (moving_holds(snapshot).empty()) return false;
    return std::any_of(batches.begin(), batches.end(), [](const store::SealedBatch& batch) {
      if (batch.events == 0) return false;
      const store::Segment segment{batch.header,
                                   [&](std::uint32_t part) -> std::string_view { return batch.parts.at(part); }};
      bool any = has_addenda(segment);
      for_each_event_named(segment, "iam.amazonaws.com", rules::grants::changes_grants,
                           [&](std::uint32_t) { any = true; });
      return any;
    });
  }

  void matches(const store::Snapshot& snapshot, const std::function<void(const store::HoldPin&)>& keep) override {
    told_.clear();
    std::vector<MovingHold> holds = moving_holds(snapshot);
    if (holds.empty()) return;
    const auto verdicts = std::make_shared<VerdictIndex>(snapshot);
    const auto names = std::make_shared<const EventNames>(snapshot);
    for (MovingHold& hold : holds) {
      hold.filter.verdicts = verdicts;
      hold.filter.names = names;
    }
    for (const store::Segment& segment : snapshot.segments()) {
      if (segment.size() == 0) continue;
      const std::uint64_t basis =
          verdicts->state().basis(segment.header().max_time) ^ verdicts->state().superseded().fingerprint(segment);
      for (const MovingHold& hold : holds) {
        const Place place{hold.name, hold.encoded, segment.header().number, segment.header().raw_bytes};
        told_[place] = basis;
        const auto known = kept_.find(place);
        if (known == kept_.end() || known->second != basis) tell(segment, hold, keep);
      }
    }
  }

  void kept() override { kept_ = told_; }

 private:
  // Hold, its filter, segment, and its bytes: a segment's number may come again.
  using Place = std::tuple<std::string, std::string, std::uint64_t, std::uint64_t>;

  static void tell(const store::Segment& segment, const MovingHold& hold,
                   const std::function<void(const store::HoldPin&)>& keep) {
    const SegmentFilter compiled{segment, hold.filter};
    std::vector<std::uint32_t> selected;
    for (const std::uint32_t block : compiled.blocks()) {
      compiled.select(block, selected);
      for (const std::uint32_t index : selected) keep({hold.name, segment.key(index), segment.hash(index)});
    }
  }

  std::map<Place, std::uint64_t> kept_;  // To the basis of the verdicts that were looked at.
  std::map<Place, std::uint64_t> told_;
};

}  // namespace

bool depends_on_others(const Filter& filter) {
  return std::any_of(filter.fields.begin(), filter.fields.end(),
                     [](const FieldFilter& field) { return depends_on_others(field.field); });
}

std::shared_ptr<store::HoldKeeper> make_hold_keeper() { return std::make_shared<Keeper>(); }

}  // namespace trailkeeper::query
