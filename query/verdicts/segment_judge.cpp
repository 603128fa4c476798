#include "query/verdicts/segment_judge.h"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <optional>

#include "event/canonical_name.h"
#include "store/read_limit.h"
#include "text/json_node.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

using event::Field;
using rules::verdicts::EventFacts;
using rules::verdicts::Judge;
using rules::verdicts::Verdict;

namespace {

// What facts are made from. The order is that of FactsOfEvent's texts.
constexpr std::array kFields{Field::event_source, Field::event_name,           Field::event_type,    Field::error_code,
                             Field::aws_region,   Field::recipient_account_id, Field::identity_type, Field::account_id,
                             Field::user_name,    Field::issuer_arn,           Field::invoked_by,    Field::arn,
                             Field::principal_id};
constexpr std::size_t kError = 3;
constexpr std::size_t kRegion = 4;
constexpr std::size_t kIdentityType = 6;
constexpr std::size_t kIssuer = 9;
constexpr std::size_t kArn = 11;
constexpr std::size_t kPrincipal = 12;

// A code for each field, and whether the session is limited.
constexpr std::size_t kLimited = kFields.size();
using Codes = std::array<std::uint32_t, kFields.size() + 1>;

// Tables of events whose record says that the session may have less than its principal, or what goes before that which
// is known of the caller.
std::vector<bool> limited_tables(const store::Segment& segment) {
  std::vector<bool> limited;
  std::vector<std::uint32_t> paths;
  constexpr std::array<std::string_view, 3> kPaths{"userIdentity.sessionContext.assumedRoot",
                                                   "userIdentity.invokedByDelegate.accountId", "eventContext."};
  for (std::uint32_t number = 0; number < segment.path_count(); ++number) {
    const std::string name = segment.path_name(number);
    if (std::any_of(kPaths.begin(), kPaths.end(), [&](std::string_view path) { return name.starts_with(path); })) {
      paths.push_back(number);
    }
  }
  const auto whole = segment.whole_table();
  if (paths.empty() && !whole) return limited;
  for (std::uint32_t number = 0; number < segment.table_count(); ++number) {
    const auto& slots = segment.table(number).slots;
    // Who knows what these say.
    limited.push_back((whole && whole->number == number) ||
                      std::any_of(slots.begin(), slots.end(), [&](const store::TableSlot& slot) {
                        const bool named = slot.kind >= store::SlotKind::text;  // Others have no path.
                        return named && std::find(paths.begin(), paths.end(), slot.path) != paths.end();
                      }));
  }
  return limited;
}

struct HashOfCodes {
  std::size_t operator()(const Codes& codes) const {
    std::uint64_t hash = 0;
    for (const std::uint32_t code : codes) hash = (hash ^ code) * 0x9E3779B97F4A7C15;
    return hash ^ hash >> 32;
  }
};

template <typename Texts>
void fill(EventFacts& facts, const Texts& texts) {
  facts.event_source = texts[0];
  facts.event_name = event::canonical_name(texts[0], texts[1]);
  facts.event_type = texts[2];
  facts.error_code = texts[3];
  facts.region = texts[4];
  facts.recipient_account = texts[5];
  facts.identity_type = texts[6];
  facts.account = texts[7];
  facts.user_name = texts[8];
  facts.issuer_arn = texts[9];
  facts.invoked_by = texts[10];
  facts.arn = texts[kArn];
  facts.principal_id = texts[kPrincipal];
}

Verdict judge_record(const store::Segment& segment, std::uint32_t index, std::uint64_t hash_seed, Judge& judge,
                     std::string& json) {
  json.clear();
  segment.append_event(index, hash_seed, json);
  const auto record = text::parse_json_object(json);
  if (!record) return Verdict::unknown;
  const FactsOfEvent of_event{segment, index};
  return judge.verdict(of_event.facts(), *record);
}

/// Judges a segment by its columns, and by records where these don't decide.
class SegmentJudge {
 public:
  SegmentJudge(const store::Segment& segment, std::uint64_t hash_seed, Judge& judge, Deadline deadline)
      : segment_(segment),
        fields_(segment),
        hash_seed_(hash_seed),
        judge_(judge),
        deadline_(deadline),
        limited_(limited_tables(segment)),
        codes_(segment.size()),
        texts_(kFields.size()) {
    for (const Field field : kFields) columns_.push_back(&segment.column(*store::column_of(field)));
    const store::StringList& types = segment.dictionary(*store::column_of(Field::identity_type));
    std::string scratch;
    session_.resize(types.size() + std::size_t{1}, 0);
    for (std::uint32_t code = 0; code < types.size(); ++code) {
      const std::string_view type = types.get(code, scratch);
      if (type == "AssumedRole") session_[code + std::size_t{1}] = 1;
      if (type == "Root") root_ = code + 1;
    }
    // One errorCode stands for all that say the same about permissions.
    const store::StringList& errors = segment.dictionary(*store::column_of(Field::error_code));
    std::array<std::uint32_t, rules::verdicts::kOutcomeCount> first{};
    error_.push_back(0);
    for (std::uint32_t code = 0; code < errors.size(); ++code) {
      const auto outcome = rules::verdicts::outcome_of(errors.get(code, scratch));
      std::uint32_t& same = first[static_cast<std::size_t>(outcome)];
      if (same == 0) same = code + 1;
      error_.push_back(same);
    }
  }

  std::vector<std::uint8_t> run() {
    Codes before{};
    std::optional<Judge::Quick>* quick = nullptr;
    constexpr std::uint32_t kBlock = 1024;
    for (std::uint32_t i = 0; i < segment_.size(); ++i) {
      if (i % kBlock == 0) store::check_read_limit();
      const Codes codes = codes_of(i);
      if (quick == nullptr || codes != before) quick = &known_[codes];
      before = codes;
      const text::Timestamp time = segment_.time(i);
      if (!*quick || !(*quick)->window.covers(time)) *quick = ask(codes, time);
      codes_[i] = code(**quick, codes, i);
    }
    return std::move(codes_);
  }

  void causes(std::span<const std::uint32_t> events, const std::function<void(const Judge::Cause&)>& visit) {
    boost::unordered_flat_map<Codes, std::optional<Judge::Cause>, HashOfCodes> known;
    for (const std::uint32_t index : events) {
      const Codes codes = codes_of(index);
      std::optional<Judge::Cause>& cause = known[codes];
      const text::Timestamp time = segment_.time(index);
      if (!cause || !cause->window.covers(time)) cause = judge_.cause(facts_of(codes, time));
      visit(*cause);
    }
  }

 private:
  [[nodiscard]] bool limited(std::uint32_t index) const {
    if (limited_.empty() && root_ == 0) return false;
    const std::uint32_t table = segment_.table_of(index);
    if (!limited_.empty() && limited_[table]) return true;
    return root_ != 0 && (*columns_[kIdentityType])[index] == root_ && says_assumed_root(table);
  }

  // A true that is no string is part of the skeleton and has no path. Only root's few events are asked.
  [[nodiscard]] bool says_assumed_root(std::uint32_t table) const {
    auto [known, is_new] = assumed_root_.try_emplace(table, false);
    if (is_new) known->second = segment_.table(table).skeleton.find("\"assumedRoot\"") != std::string::npos;
    return known->second;
  }

  // Without the region, which rarely matters and would make many more combinations.
  [[nodiscard]] Codes codes_of(std::uint32_t index) const {
    Codes codes{};
    if (limited(index)) codes[kLimited] = 1;
    for (std::size_t field = 0; field < kFields.size(); ++field) {
      codes[field] = field == kRegion ? 0 : static_cast<std::uint32_t>((*columns_[field])[index]);
    }
    codes[kError] = error_[codes[kError]];
    // A session counts as its role, unless a policy asks for the session itself; then the record is read.
    if (session_[codes[kIdentityType]] != 0 && codes[kIssuer] != 0) codes[kArn] = codes[kPrincipal] = 0;
    return codes;
  }

  [[nodiscard]] std::uint8_t code(const Judge::Quick& quick, Codes codes, std::uint32_t index) {
    if (!quick.needs_region) return code(quick, index);
    codes[kRegion] = static_cast<std::uint32_t>((*columns_[kRegion])[index]);
    std::optional<Judge::Quick>& in_region = known_in_region_[codes];
    const text::Timestamp time = segment_.time(index);
    if (!in_region || !in_region->window.covers(time)) in_region = ask(codes, time);
    return code(*in_region, index);
  }

  [[nodiscard]] std::uint8_t code(const Judge::Quick& quick, std::uint32_t index) {
    if (!quick.needs_record) return static_cast<std::uint8_t>(quick.verdict);
    if (std::chrono::steady_clock::now() >= deadline_) return kDeferred;
    return static_cast<std::uint8_t>(read(index));
  }

  [[nodiscard]] Judge::Quick ask(const Codes& codes, text::Timestamp time) {
    return judge_.quick(facts_of(codes, time));
  }

  // Views into what text() keeps.
  [[nodiscard]] EventFacts facts_of(const Codes& codes, text::Timestamp time) {
    EventFacts facts;
    facts.time = time;
    std::array<std::string_view, kFields.size()> texts;
    for (std::size_t field = 0; field < kFields.size(); ++field) texts[field] = text(field, codes[field]);
    fill(facts, texts);
    facts.limited = codes[kLimited] != 0;
    return facts;
  }

  // The text of a code plus one, kept for the next time.
  std::string_view text(std::size_t field, std::uint32_t code) {
    if (code == 0) return {};
    std::vector<std::unique_ptr<std::string>>& known = texts_[field];
    if (known.size() <= code) known.resize(code + std::size_t{1});
    if (!known[code]) known[code] = std::make_unique<std::string>(fields_.text_of_code(kFields[field], code));
    return *known[code];
  }

  [[nodiscard]] Verdict read(std::uint32_t index) { return judge_record(segment_, index, hash_seed_, judge_, json_); }

  const store::Segment& segment_;
  EventFields fields_;
  std::uint64_t hash_seed_;
  Judge& judge_;
  Deadline deadline_;
  std::vector<bool> limited_;  // By table; empty: none is.
  std::vector<std::uint8_t> codes_;
  std::vector<std::vector<std::unique_ptr<std::string>>> texts_;  // By field and code plus one.
  std::vector<const store::PackedView*> columns_;
  std::uint64_t root_ = 0;  // The code plus one of root's type; 0: no event is root's.
  mutable boost::unordered_flat_map<std::uint32_t, bool> assumed_root_;  // By table.
  std::vector<std::uint8_t> session_;                                    // By code plus one of the identity's type.
  std::vector<std::uint32_t> error_;  // By code plus one: the code plus one that stands for it.
  boost::unordered_flat_map<Codes, std::optional<Judge::Quick>, HashOfCodes> known_;
  boost::unordered_flat_map<Codes, std::optional<Judge::Quick>, HashOfCodes> known_in_region_;
  std::string json_;
};

}  // namespace

FactsOfEvent::FactsOfEvent(const store::Segment& segment, std::uint32_t index) {
  const EventFields fields{segment};
  for (const Field field : kFields) texts_.push_back(fields.text(field, index));
  facts_.time = segment.time(index);
  fill(facts_, texts_);
}

std::vector<std::uint8_t> judge_segment(const store::Segment& segment, std::uint64_t hash_seed, Judge& judge,
                                        Deadline deadline) {
  return SegmentJudge{segment, hash_seed, judge, deadline}.run();
}

void judge_deferred(const store::Segment& segment, std::uint64_t hash_seed, Judge& judge,
                    std::vector<std::uint8_t>& codes, Deadline deadline) {
  std::string json;
  for (std::uint32_t i = 0; i < codes.size(); ++i) {
    if (codes[i] != kDeferred) continue;
    store::check_read_limit();
    if (std::chrono::steady_clock::now() >= deadline) return;
    codes[i] = static_cast<std::uint8_t>(judge_record(segment, i, hash_seed, judge, json));
  }
}

void for_each_cause(const store::Segment& segment, std::uint64_t hash_seed, Judge& judge,
                    std::span<const std::uint32_t> events, const std::function<void(const Judge::Cause&)>& visit) {
  SegmentJudge{segment, hash_seed, judge, Deadline::max()}.causes(events, visit);
}

}  // namespace trailkeeper::query
