// Verdicts on events.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/grants/history.h"
#include "rules/iam/evaluate.h"
#include "rules/requirements/catalogue.h"
#include "rules/verdicts/considered.h"
#include "rules/verdicts/event_facts.h"
#include "rules/verdicts/policy_asker.h"
#include "rules/verdicts/verdict.h"

namespace trailkeeper::rules::verdicts {

/// A verdict and why.
struct Judgement {
  Verdict verdict = Verdict::unknown;
  std::string why;                                 ///< One sentence.
  requirements::Requirement requirement;           ///< What the event needed.
  std::string action;                              ///< Of all that it needed, the one that decided; may be empty.
  std::string rule;                                ///< The rule that the verdict rests on; may be empty.
  std::string resource;                            ///< ARN, `*`, or empty where it isn't known.
  std::shared_ptr<const grants::Granted> granted;  ///< What the caller had; null if nobody's policies were asked.
  iam::EvalDecision decision = iam::EvalDecision::unknown;
  std::vector<std::string> extra;       ///< Actions that the event shows it needed, beside the requirement's.
  std::vector<std::string> decided_by;  ///< The statements, as people call them.
  std::vector<std::string> missing;     ///< Condition keys, or `resource`, that would have decided.
  /// Each policy that was asked, and what it said of what decided.
  std::vector<Considered> considered;
};

/// Judges events. Keeps what it looked up; one for each thread. History and catalogue may be shared and must outlive
/// it.
class Judge {
 public:
  Judge(const grants::History& history, const requirements::Catalogue& catalogue)
      : catalogue_(catalogue), asker_(history, catalogue) {}

  /// A verdict from what columns have, and for which times it holds for events of the same facts.
  struct Quick {
    Verdict verdict = Verdict::unknown;
    bool needs_record = false;  ///< The rest of the event may decide: ask verdict().
    bool needs_region = false;  ///< The region may decide: ask again, if the facts had none.
    grants::Window window;
  };
  Quick quick(const EventFacts& facts);

  /// Why an event's verdict is unknown, as far as columns tell, and for which times that holds for events of the same
  /// facts.
  struct Cause {
    enum class Kind {
      policies,       ///< Policies of the caller, which a file could bring, aren't known.
      other_account,  ///< Only another account knows the caller's policies.
      event           ///< The event, or what CloudTrail carries, doesn't tell.
    };
    Kind kind = Kind::event;
    std::string why;  ///< Without a full stop.
    grants::Window window;
  };
  /// Of an event whose verdict, with the whole record at hand, is unknown.
  Cause cause(const EventFacts& facts);

  /// The verdict, with the event's whole record at hand.
  Verdict verdict(const EventFacts& facts, const text::JsonNode& record);

  /// The same with the reasons.
  Judgement judgement(const EventFacts& facts, const text::JsonNode& record);

  /// Whether the policies allow an action on a resource (`*`: any), as far as the facts of a caller tell.
  const iam::Decision& decide(const grants::Granted& granted, const EventFacts& facts, const iam::Action& action,
                              std::string_view resource) {
    return asker_.decide(granted, facts, action, resource);
  }

  /// What the holder had. Kept until another time is asked for that it doesn't cover.
  std::shared_ptr<const grants::Granted> granted(const grants::Holder& holder, text::Timestamp time) {
    return asker_.granted(holder, time);
  }

 private:
  struct Case;
  const std::vector<requirements::Requirement>& requirements(const EventFacts& facts);
  bool settle_without_policies(Case& one);
  void settle_by_policies(Case& one, const text::JsonNode* record);
  void settle_as(Case& one, const text::JsonNode* record);
  enum class Detail { verdict, cause, reasons };
  Case settle(const EventFacts& facts, const text::JsonNode* record, Detail detail);
  static void leave_unknown(Case& one, std::string_view because);
  void settle_undecided(Case& one, const std::vector<const requirements::Requirement*>& possible,
                        const text::JsonNode* record);
  void ask_as_of_event(Case& one, const text::JsonNode* record);
  void ask_policies(Case& one, const text::JsonNode* record);
  void ask(Case& one, const text::JsonNode* record);
  void ask_quickly(Case& one);

  const requirements::Catalogue& catalogue_;
  // Nodes stay where they are, because decisions_ points to them.
  std::unordered_map<std::string, std::vector<requirements::Requirement>> requirements_;
  std::string key_;
  PolicyAsker asker_;
  // Decisions made without the record, by what was granted, the action and the caller's fields. What was granted is
  // kept, so that nothing else comes to lie at its address.
  struct Asked {
    const grants::Granted* granted;
    const requirements::Requirement* requirement;
    std::uint64_t caller;
    bool operator==(const Asked&) const = default;
  };
  struct HashOfAsked {
    std::size_t operator()(const Asked& asked) const;
  };
  using Decided = std::pair<iam::EvalDecision, std::shared_ptr<const grants::Granted>>;
  boost::unordered_flat_map<Asked, Decided, HashOfAsked> decisions_;
};

}  // namespace trailkeeper::rules::verdicts
