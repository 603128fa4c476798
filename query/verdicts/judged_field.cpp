#include "query/verdicts/judged_field.h"

#include <algorithm>
#include <cassert>
#include <iterator>

#include "query/verdicts/findings.h"

namespace trailkeeper::query {
namespace {

constexpr std::string_view kSupersededField = "superseded";

constexpr FieldWord kWords[] = {
    {"verdict", "what permissions say of it"},
    {kSupersededField, "the eventID of the addendum that replaced it; in lists of events"},
};

}  // namespace

std::span<const FieldWord> JudgedFields::words() { return kWords; }

bool JudgedFields::has(std::string_view field) {
  return std::any_of(std::begin(kWords), std::end(kWords), [&](const FieldWord& word) { return word.name == field; });
}

std::optional<std::string> JudgedFields::text(const ListedEvent& event, std::string_view field) {
  assert(has(field));
  if (field == kSupersededField) {
    const auto newest = superseded().newest({event.segment, event.index});
    if (!newest) return std::nullopt;
    return event_id_of(snapshot_, {newest->segment, newest->index});
  }
  if (!verdicts_) verdicts_.emplace(snapshot_);
  const std::uint8_t code = verdicts_->of(*event.segment)[event.index];
  if ((code & kSuperseded) != 0) return std::string{kSupersededWord};
  return std::string{rules::verdicts::verdict_name(static_cast<rules::verdicts::Verdict>(code))};
}

const SupersededEvents& JudgedFields::superseded() {
  if (!superseded_) superseded_.emplace(snapshot_);
  return *superseded_;
}

}  // namespace trailkeeper::query
