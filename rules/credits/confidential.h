// Org IDs and promotion codes, kept out of everything but the stored bytes (R20, R56).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/phrase_set.h"
#include "rules/credits/pseudonymiser.h"
#include "rules/credits/wording.h"

namespace trailkeeper::rules::credits {

/// Puts pseudonyms in the place of secrets. They are recognised by what is written before them: members named `orgId`,
/// `promoCode` and the like, and those that settings name, in events of Activate; the tag A3POPC, anywhere. A secret
/// found in this way is masked wherever it stands in its event as a word, and one that the store knows in all events,
/// also within strings that are JSON themselves. All other bytes stay, JSON stays JSON, and pseudonyms stay as they
/// are. Thread-safe.
class Mask {
 public:
  /// `known`: the store's Org IDs; null: none. `org_id_paths`: rules/credits/secret_name.h.
  explicit Mask(Pseudonymiser pseudonymiser, std::shared_ptr<const event::PhraseSet> known = nullptr,
                std::vector<std::string> org_id_paths = {});

  /// Whether an event's JSON may change. Quick, and seldom true for events that aren't Activate's.
  [[nodiscard]] bool may_change_event(std::string_view json) const;
  [[nodiscard]] std::string event(std::string_view json) const;

  /// Bytes that are no event, whatever they are: names count, whatever service wrote them. Text that isn't JSON and has
  /// such a name in a form that JSON wouldn't keeps none of its words.
  [[nodiscard]] std::string record(std::string_view bytes) const;

  /// Whether a text may change, such as a value of an event's. Quick.
  [[nodiscard]] bool may_change_text(std::string_view text) const;
  /// `wording`: of the field that it is the value of.
  [[nodiscard]] std::string text(std::string_view text, Wording wording = Wording::free) const;

  /// Whether the store knows any Org ID.
  [[nodiscard]] bool knows_any() const { return known_ != nullptr; }
  /// Whether one may stand in an event's value, whose escapes are resolved. If none does, and the event's signs
  /// (rules/credits/secret_signs.h) don't suffice, event() doesn't change the value.
  [[nodiscard]] bool may_hold_known(std::string_view text) const;

 private:
  [[nodiscard]] std::string masked(std::string_view json, bool org_ids, bool of_event) const;

  Pseudonymiser pseudonymiser_;
  std::shared_ptr<const event::PhraseSet> known_;
  std::vector<std::string> paths_;
};

/// Visits the Org IDs that an event of Activate names and that must be masked in all events, in each of their
/// spellings (as they are, and as URLs have them). Some may come more than once.
void visit_org_ids(std::string_view json, const std::vector<std::string>& org_id_paths,
                   const std::function<void(std::string_view)>& visit);

}  // namespace trailkeeper::rules::credits
