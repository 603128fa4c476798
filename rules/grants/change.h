// What one IAM event changes.
#pragma once

#include <string>
#include <string_view>

#include "rules/grants/history.h"

namespace trailkeeper::rules::grants {

/// Of events in one second: those that create entities first, those that delete them last.
int order_within_second(std::string_view event_name);

/// Applies an event to its account.
class Change {
 public:
  Change(History::Account& account, const IamEvent& event);
  void apply();

 private:
  using Entities = History::Entities;

  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] std::string_view response(std::string_view object, std::string_view name) const;
  [[nodiscard]] std::string made_arn(std::string_view object, std::string_view kind, std::string_view name) const;

  // Two events of one second that leave the same thing in different states: nobody knows which came last. True if this
  // is such an event; `left` says how it leaves the thing.
  bool contradicts(std::string_view holder, std::string_view thing, std::string_view left);
  void note(Entity& entity, std::string_view holder, std::string_view thing, std::string_view left);
  void doubt_all();
  void default_version(ManagedPolicy& policy, std::string_view arn, const std::string& version);

  bool change_entity(std::string_view what);
  void change_user_only(std::string_view verb);
  void change_policy();
  void set_tags(Entity& entity) const;
  void change_tags(std::string_view name);
  void create(Entities& entities, std::string_view kind, std::string_view object);
  void rename(Entities& entities, std::string_view key, std::string_view new_key);

  // Passes a copy of the current value to `edit`, and makes the result hold from the event on.
  template <typename Edit>
  void edit_entity(Entities& entities, std::string_view name, Edit&& edit);
  template <typename Edit>
  void edit_policy(std::string_view arn, Edit&& edit);

  History::Account& account_;
  const IamEvent& event_;
  const text::JsonNode* parameters_ = nullptr;
};

}  // namespace trailkeeper::rules::grants
