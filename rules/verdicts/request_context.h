// The condition keys that an event tells.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "rules/iam/action.h"
#include "rules/iam/context.h"
#include "rules/verdicts/event_facts.h"
#include "text/json_node.h"

namespace trailkeeper::rules::verdicts {

/// A request's context. Keys that CloudTrail doesn't carry are unknowable. Reusable; its views are valid until clear().
class RequestContext {
 public:
  RequestContext();

  void clear();
  /// What the caller's fields tell; `principal_arn` is the user's or role's.
  void add_caller(const EventFacts& facts, std::string_view principal_arn, std::string_view organization);
  /// What is known of the caller's tags. An event's own context goes before: to be called after add_record.
  void add_tags(const grants::Granted& granted);
  /// Whose resource is asked for; empty where that isn't known. May be called again.
  void set_resource_account(std::string_view account);
  /// What is asked for: keys that such calls never have are absent. May be called again; the action must outlive the
  /// views.
  void set_action(const iam::Action& action);
  /// The key that goes with a permission beside the call's own; empty: none does. May be called again.
  void set_extra(std::string_view folded, std::string_view value);
  /// What the rest of the event tells.
  void add_record(const EventFacts& facts, const text::JsonNode& record);

  [[nodiscard]] iam::Context view() const { return {entries_, &unknowable_}; }

 private:
  void add(std::string_view folded, std::string value);
  void add_absent(std::string_view folded);
  void add_list(std::string_view folded, const text::JsonNode& list);
  void add_tags(std::string_view prefix, const text::JsonNode& tags);
  void add_parameters(const EventFacts& facts, const text::JsonNode& record);
  void add_from_event_context(const text::JsonNode& record);

  iam::KeyPatterns unknowable_;
  std::vector<iam::ContextEntry> entries_;
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> values_;
  std::string_view extra_;  // The key that set_extra() added.
};

/// The text of a string, number or boolean at a path of member names in a JSON tree; empty if there is none. Shippers
/// turn `"true"` into `true`.
std::string_view scalar_at(const text::JsonNode& node, std::initializer_list<std::string_view> path);

/// A string at a path of member names in a JSON tree; empty if there is none.
std::string_view text_at(const text::JsonNode& node, std::initializer_list<std::string_view> path);

}  // namespace trailkeeper::rules::verdicts
