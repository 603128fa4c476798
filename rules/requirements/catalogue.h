// Which permissions an event needed: (eventSource, eventName) to IAM actions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/iam/action.h"
#include "rules/requirements/clue.h"
#include "rules/requirements/extra_permission.h"
#include "text/json_node.h"
#include "text/result.h"

namespace trailkeeper::rules::requirements {

/// What one kind of event needed.
struct Requirement {
  std::string action;  ///< As IAM spells it: `s3:ListBucket`. Empty: nothing.
  /// The same, compiled; none where nothing is needed or nobody knows. Where IAM knows no action of the event's name,
  /// that name all the same, and in `more` an action that is none: who may do anything may do this, too.
  std::optional<iam::Action> parsed;
  std::string none;        ///< Why nothing is needed.
  std::string unknown;     ///< Why nobody can say what is needed; then there is no action.
  std::vector<Clue> when;  ///< It is this requirement if the event fits; else the next one.
  bool unsure = false;     ///< Even if it fits, the next one may be it.
  bool several = false;    ///< Of this one and those next to it several may be needed, each on some of the resources.
  /// Actions that are needed as well, each on its own resources.
  struct More {
    std::string action;  ///< As IAM spells it.
    iam::Action parsed;
    bool without_resource = false;
  };
  std::vector<More> more;
  std::string rule;  ///< The number of the rule that asks for it: `R6`; may be empty.
  /// The rule by which only root and administrators may: `R11`; may be empty.
  std::string administrator_rule;
  /// The action has no resource type: only `"Resource": "*"` grants it.
  bool without_resource = false;
  /// Actions that what the event shows needs besides, and their rules. They don't decide the event.
  struct Also {
    std::string action;
    std::string rule;
  };
  std::vector<Also> also;
  /// What it may need as well, by what the event hands over or sets (rules/verdicts/extra_needs.h).
  std::vector<Extra> extras;
};

/// A part of the Activate console, and what it needs.
struct Feature {
  std::string name;
  std::string rule;
  std::vector<std::string> grants;   ///< What a policy would list to add it.
  std::vector<std::string> actions;  ///< All of these must be allowed.
  std::string warn_without;          ///< An action without which it doesn't work today; may be empty.
  bool administrator = false;        ///< Only for root and administrators.
};

/// The requirements, from files as docs/permissions.md describes them. Immutable once filled; then thread-safe.
class Catalogue {
 public:
  /// What is compiled in: rules/requirements/*.json.
  static Catalogue built_in();

  /// Adds a file's entries, which go before those that are there. Nothing is added if there is an error.
  text::Result<void> add(std::string_view json);

  /// What an event of that kind may have needed, most special first; never empty, and the last has no clues. `name` in
  /// IAM's spelling (event::canonical_name). An event that no entry names needs the action of its own name.
  [[nodiscard]] std::vector<Requirement> requirements(std::string_view source, std::string_view name) const;

  /// Templates of ARNs that an action is about: `arn:{partition}:s3:::{path}`. They are those of the first entry that
  /// the action fits, and of those with the same pattern.
  struct ResourceTemplates {
    std::vector<std::string_view> first;     ///< The first that an event fills counts.
    std::vector<std::string_view> unlisted;  ///< Where the event lists no resources, all that it fills count.
  };
  [[nodiscard]] ResourceTemplates resource_templates(const iam::Action& action) const;

  [[nodiscard]] bool without_resource(const iam::Action& action) const;
  [[nodiscard]] const std::vector<Feature>& features() const { return features_; }

  /// Changes with the contents.
  [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  class Reader;
  struct Entry {
    std::string name;  // May be a glob.
    Requirement requirement;
  };
  struct Template {
    std::string action;
    iam::ActionPattern pattern;
    std::string arn;
    bool unlisted = false;
  };
  text::Result<void> add(std::string_view json, bool built_in);
  void complete(Requirement& requirement, std::string_view source, std::string_view name) const;

  std::map<std::string, std::vector<Entry>, std::less<>> entries_;  // By eventSource; earlier ones count first.
  struct Prefix {
    std::string service;
    bool trusted = false;  // Of a file that isn't built in: what it names needs be in no reference.
  };
  std::map<std::string, Prefix, std::less<>> prefixes_;
  std::vector<iam::ActionPattern> without_resource_;
  std::vector<Template> templates_;
  std::vector<Feature> features_;
  std::uint64_t fingerprint_ = 0;
};

/// Those of a kind's requirements that an event may have: one, if its record tells. Without the record, all of them.
std::vector<const Requirement*> possible(const std::vector<Requirement>& requirements, const text::JsonNode* record);

/// Whether a JSON document is a catalogue's file, as far as its keys tell.
bool is_catalogue(const text::JsonNode& document);

}  // namespace trailkeeper::rules::requirements
