// What the policies of a caller say of an event.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/grants/history.h"
#include "rules/iam/evaluate.h"
#include "rules/requirements/catalogue.h"
#include "rules/verdicts/considered.h"
#include "rules/verdicts/event_facts.h"
#include "rules/verdicts/request_context.h"
#include "rules/verdicts/resource.h"

namespace trailkeeper::rules::verdicts {

/// How many principals, and kinds of events, are remembered; past that, all are looked up anew.
constexpr std::size_t kRemembered = 1U << 16;

/// What is asked of policies: all that an event needed.
struct PolicyQuestion {
  const EventFacts& facts;
  const requirements::Requirement& requirement;    ///< It has an action.
  std::shared_ptr<const grants::Granted> granted;  ///< What the caller had.
  text::Timestamp time = 0;                        ///< When.
  bool explain = false;                            ///< With the reasons.
};

/// The worst answer to what had to be allowed.
struct PolicyAnswer {
  iam::EvalDecision decision = iam::EvalDecision::unknown;
  bool denied_everywhere = false;       ///< On every resource.
  bool broken = false;                  ///< The caller's ARN is: nothing of the record would help. `why` says so.
  std::string why;                      ///< One sentence, if that was asked for.
  std::string action;                   ///< The one that decided, if it has a name.
  std::string resource;                 ///< ARN, `*`, or empty where it isn't known.
  std::vector<std::string> extra;       ///< Actions that the event shows it needed, beside the requirement's.
  std::vector<std::string> decided_by;  ///< The statements, as people call them.
  std::vector<std::string> missing;     ///< Condition keys, or `resource`, that would have decided.
  std::vector<Considered> considered;   ///< Each policy that was asked, and what it said of what decided.
};

/// Whether a decision is one of the two that refuse.
bool denies(iam::EvalDecision decision);

/// Asks policies. Keeps what principals had; one for each thread. History and catalogue may be shared and must outlive
/// it.
class PolicyAsker {
 public:
  PolicyAsker(const grants::History& history, const requirements::Catalogue& catalogue)
      : history_(history), catalogue_(catalogue) {}

  /// The policies' answer. Without the event's record, where the resource isn't known, it is one that holds for every
  /// resource, or unknown.
  PolicyAnswer ask(const PolicyQuestion& of, const text::JsonNode* record);

  /// Whether the policies allow an action on a resource (`*`: any), as far as the facts of a caller tell. Valid until
  /// the next question.
  const iam::Decision& decide(const grants::Granted& granted, const EventFacts& facts, const iam::Action& action,
                              std::string_view resource);

  /// What the holder had. Kept until another time is asked for that it doesn't cover.
  std::shared_ptr<const grants::Granted> granted(const grants::Holder& holder, text::Timestamp time);

 private:
  struct Asking;
  // An action on a resource, which had to be allowed.
  struct Action {
    const iam::Action* action;
    std::string_view words;  // The action as IAM spells it.
    Resource resource;
    const requirements::Extra* extra = nullptr;  // If it is needed beside the event's own action.
    bool sure = true;                            // Else the event doesn't tell whether it had to be.
  };
  [[nodiscard]] std::vector<Action> actions_of(const PolicyQuestion& of, const text::JsonNode* record) const;
  const iam::Decision& answer(Asking& one, const Action& question);
  iam::EvalDecision decision_on(Asking& one, const Action& question);
  void heed_unsure(Asking& one, const std::vector<Action>& asked);
  void give_reasons(Asking& one, const Action& question, const iam::Decision& decision);
  const iam::Policy* resource_policy(const Asking& one, const Action& question);

  const grants::History& history_;
  const requirements::Catalogue& catalogue_;
  boost::unordered_flat_map<std::string, std::shared_ptr<const grants::Granted>> granted_;
  std::string key_;
  RequestContext context_;
  iam::Request request_;
  std::string sample_;  // request_.resource_sample.
  iam::Evaluator evaluator_;
  std::shared_ptr<const grants::Granted> trusting_;
};

}  // namespace trailkeeper::rules::verdicts
