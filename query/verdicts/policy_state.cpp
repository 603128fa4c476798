#include "query/verdicts/policy_state.h"

#include <algorithm>
#include <tuple>

#include "query/columns/event_fields.h"
#include "query/columns/named_events.h"
#include "rules/grants/snapshot.h"
#include "rules/verdicts/verdict.h"
#include "store/read_limit.h"
#include "store/segments/segment_parts.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

using event::Field;

namespace {

constexpr std::string_view kIam = "iam.amazonaws.com";
constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15;

}  // namespace

PolicyState::PolicyState(const store::Snapshot& snapshot)
    : snapshot_(snapshot),
      superseded_(snapshot),
      catalogue_(rules::requirements::Catalogue::built_in()),
      files_(snapshot.policy_files()) {
  for (const store::Segment& segment : snapshot.segments()) {
    store::check_read_limit();
    find_events(segment);
  }
  add_files();
  std::sort(steps_.begin(), steps_.end(),
            [](const Step& a, const Step& b) { return std::tie(a.time, a.id) < std::tie(b.time, b.id); });
  std::uint64_t basis = catalogue_.fingerprint() + rules::verdicts::kVerdictRevision;
  for (Step& step : steps_) {
    basis = (basis ^ step.id ^ static_cast<std::uint64_t>(step.time)) * kMix;
    basis ^= basis >> 29;
    step.basis = basis;
  }
}

std::uint64_t PolicyState::basis(text::Timestamp time) const {
  const auto next = std::upper_bound(steps_.begin(), steps_.end(), time,
                                     [](text::Timestamp t, const Step& step) { return t < step.time; });
  if (next == steps_.begin()) return catalogue_.fingerprint() + rules::verdicts::kVerdictRevision;
  return std::prev(next)->basis;
}

void PolicyState::find_events(const store::Segment& segment) {
  const std::size_t error_column = *store::column_of(Field::error_code);
  for_each_event_named(segment, kIam, rules::grants::changes_grants, [&](std::uint32_t i) {
    const std::uint64_t error = segment.column(error_column)[i];
    const std::uint64_t no_error = segment.dictionary(error_column).first_empty() + std::uint64_t{1};
    if ((error == 0 || error == no_error) && !superseded_.contains(segment, i))
      steps_.push_back({segment.time(i), segment.hash(i), &segment, i});
  });
  segment.forget();
}

void PolicyState::add_files() {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const store::PolicyFile& file = files_[i];
    if (file.kind == kCatalogueFile) {
      static_cast<void>(catalogue_.add(file.bytes));  // It was checked when it was loaded.
    } else if (file.kind == kAccountFile || file.kind == kOrganizationFile) {
      steps_.push_back({file.time, store::checksum(file.bytes), nullptr, 0, i});
    }
  }
}

const rules::grants::History& PolicyState::history() {
  if (history_) return *history_;
  history_ = std::make_unique<rules::grants::History>();
  // Events segment by segment, in the order in which they lie there: each block is decompressed once.
  std::vector<Step> in_place = steps_;
  std::sort(in_place.begin(), in_place.end(), [](const Step& a, const Step& b) {
    return std::tie(a.segment, a.index, a.time, a.id) < std::tie(b.segment, b.index, b.time, b.id);
  });
  const store::Segment* before = nullptr;
  for (const Step& step : in_place) {
    store::check_read_limit();
    if (before != nullptr && step.segment != before) before->forget();
    before = step.segment;
    if (step.segment != nullptr) {
      add_event(step);
      continue;
    }
    const store::PolicyFile& file = files_[step.file];
    if (file.kind == kAccountFile) {
      if (auto read = rules::grants::read_account(file.bytes)) history_->add(file.time, std::move(*read));
    } else if (auto read = rules::grants::read_organization(file.bytes)) {
      history_->add(file.time, std::move(*read));
    }
  }
  if (before != nullptr) before->forget();
  history_->finish();
  return *history_;
}

void PolicyState::add_event(const Step& step) {
  const EventFields fields{*step.segment};
  std::string json;
  step.segment->append_event(step.index, snapshot_.hash_seed(), json);
  auto record = text::parse_json_object(json);
  if (!record) return;
  rules::grants::IamEvent event;
  event.time = step.time;
  const store::EventKey key = step.segment->key(step.index);
  event.id.assign(reinterpret_cast<const char*>(key.data()), key.size());
  event.id += std::to_string(step.id);
  event.account = fields.text(Field::recipient_account_id, step.index);
  if (event.account.empty()) event.account = fields.text(Field::account_id, step.index);
  event.name = fields.text(Field::event_name, step.index);
  event.record = std::move(*record);
  history_->add(std::move(event));
}

}  // namespace trailkeeper::query
