#include "rules/grants/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "rules/grants/change.h"
#include "rules/iam/arn.h"
#include "text/ascii.h"

namespace trailkeeper::rules::grants {
namespace {

constexpr std::string_view kAwsPolicies = ":iam::aws:policy/";

// What AWS's managed policies say is taken from snapshots; this one has never had another text.
DocumentPtr administrator_access(const std::string& arn) {
  return make_document(arn, R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})",
                       iam::PolicyKind::identity);
}

template <typename Timelines, typename Values>
void replace_all(Timelines& timelines, const Values& values, text::Timestamp time) {
  using T = typename Values::mapped_type;
  for (auto& [name, timeline] : timelines) {
    if (!values.contains(name)) timeline.set(time, nullptr);
  }
  for (const auto& [name, value] : values) timelines[name].set(time, std::make_shared<const T>(value));
}

// Who may pass tags when taking the role: then a session's may differ from the role's.
bool lets_sessions_bring_tags(const DocumentPtr& trust) {
  static const iam::Action kTagSession = *iam::Action::parse("sts:TagSession");
  if (!trust || !trust->policy) return true;
  return std::any_of(trust->policy->statements.begin(), trust->policy->statements.end(), [](const iam::Statement& one) {
    if (!one.allow) return false;
    const bool listed = std::any_of(one.action_patterns.begin(), one.action_patterns.end(),
                                    [](const iam::ActionPattern& pattern) { return pattern.match(kTagSession); });
    return listed == (one.actions == iam::Statement::Names::listed);
  });
}

// The keys aws:PrincipalTag/… that a document names, in lower case.
void add_asked_tags(const std::string& json, std::set<std::string>& keys) {
  constexpr std::string_view kPrefix = "aws:principaltag/";
  const std::string folded = text::lowered(json);
  for (std::size_t at = folded.find(kPrefix); at != std::string::npos; at = folded.find(kPrefix, at + 1)) {
    const std::size_t end = folded.find_first_of("\"},", at);
    keys.insert(folded.substr(at, end - at));
  }
}

}  // namespace

// A user has its own tags only; a role's session those of the role, if nobody may bring others.
void Granted::take_tags(const Entity& entity, bool user) {
  if (!entity.tags || (!user && lets_sessions_bring_tags(entity.trust))) return;
  std::set<std::string> asked;
  const auto look = [&](const std::vector<DocumentPtr>& documents) {
    for (const DocumentPtr& document : documents) add_asked_tags(document->json, asked);
  };
  look(identity);
  look(boundaries);
  for (const auto& level : service_control) look(level);
  for (const auto& level : resource_control) look(level);
  constexpr std::size_t kPrefix = std::string_view{"aws:principaltag/"}.size();
  for (const std::string& key : asked) {
    const auto tag = entity.tags->find(key.substr(kPrefix));
    tags[key] = tag == entity.tags->end() ? std::nullopt : std::optional{tag->second};
  }
}

const Document* Granted::document(const iam::StatementPlace& place) const {
  const auto of_list = [&](const std::vector<DocumentPtr>& list) {
    return place.policy < list.size() ? list[place.policy].get() : nullptr;
  };
  const auto of_levels = [&](const std::vector<std::vector<DocumentPtr>>& levels) {
    return place.level < levels.size() ? of_list(levels[place.level]) : nullptr;
  };
  switch (place.kind) {
    case iam::PolicyKind::identity: return of_list(identity);
    case iam::PolicyKind::permission_boundary: return of_list(boundaries);
    case iam::PolicyKind::service_control: return of_levels(service_control);
    case iam::PolicyKind::resource_control: return of_levels(resource_control);
    default: return nullptr;
  }
}

bool Granted::empty() const {
  const auto none = [](const auto& levels) {
    return std::all_of(levels.begin(), levels.end(), [](const auto& level) { return level.empty(); });
  };
  return identity.empty() && boundaries.empty() && none(service_control) && none(resource_control);
}

// Makes the views for the evaluator. A document that can't be compiled makes all of it unknown.
void Granted::link() {
  const auto compile = [&](const std::vector<DocumentPtr>& documents) {
    std::vector<const iam::Policy*> policies;
    for (const DocumentPtr& document : documents) {
      if (document->policy) {
        policies.push_back(&*document->policy);
        asks_region = asks_region || text::lowered(document->json).find("requestedregion") != std::string::npos;
      } else if (unknown.empty()) {
        unknown = fmt::format("{} can't be read: {}", document->name, document->error);
      }
    }
    return policies;
  };
  identity_ = compile(identity);
  boundaries_ = compile(boundaries);
  for (const auto& level : service_control) service_control_.push_back(compile(level));
  for (const auto& level : resource_control) resource_control_.push_back(compile(level));
  service_levels_.assign(service_control_.begin(), service_control_.end());
  resource_levels_.assign(resource_control_.begin(), resource_control_.end());
  // What can't be read there says nothing of who reads this account's.
  for (const DocumentPtr& document : any_resource_control) {
    if (!document->policy) continue;
    any_resource_control_.push_back(&*document->policy);
    asks_region = asks_region || text::lowered(document->json).find("requestedregion") != std::string::npos;
  }
  any_resource_level_ = any_resource_control_;
  policies_.identity = identity_;
  policies_.permission_boundaries = boundaries_;
  policies_.service_control = service_levels_;
  policies_.resource_control = resource_levels_;
}

iam::PolicySet Granted::policies_of_any_owner() const {
  iam::PolicySet policies = policies_;
  policies.resource_control = {};
  if (!any_resource_control_.empty()) policies.resource_control = {&any_resource_level_, 1};
  return policies;
}

void History::add(text::Timestamp time, AccountSnapshot snapshot) {
  snapshots_.push_back({time, std::make_shared<const AccountSnapshot>(std::move(snapshot)), nullptr});
}

void History::add(text::Timestamp time, OrganizationSnapshot snapshot) {
  snapshots_.push_back({time, nullptr, std::make_shared<const OrganizationSnapshot>(std::move(snapshot))});
}

void History::add(IamEvent event) { events_.push_back(std::move(event)); }

void History::finish() {
  std::stable_sort(snapshots_.begin(), snapshots_.end(),
                   [](const Loaded& a, const Loaded& b) { return a.time < b.time; });
  std::sort(events_.begin(), events_.end(), [](const IamEvent& a, const IamEvent& b) {
    return std::tuple{a.time, order_within_second(a.name), std::string_view{a.id}} <
           std::tuple{b.time, order_within_second(b.name), std::string_view{b.id}};
  });
  auto snapshot = snapshots_.begin();
  for (const IamEvent& event : events_) {
    for (; snapshot != snapshots_.end() && snapshot->time < event.time; ++snapshot) apply(*snapshot);
    Change{accounts_[event.account], event}.apply();
  }
  for (; snapshot != snapshots_.end(); ++snapshot) apply(*snapshot);
  snapshots_.clear();
  events_.clear();
}

void History::apply(const Loaded& loaded) {
  if (loaded.organization) {
    organization_.set(loaded.time, loaded.organization);
    return;
  }
  Account& account = accounts_[loaded.account->account];
  replace_all(account.users, loaded.account->users, loaded.time);
  replace_all(account.groups, loaded.account->groups, loaded.time);
  replace_all(account.roles, loaded.account->roles, loaded.time);
  replace_all(account.policies, loaded.account->policies, loaded.time);
  account.loaded.set(loaded.time, std::make_shared<const bool>(true));
}

std::optional<text::Timestamp> History::known_from(std::string_view account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? std::nullopt : found->second.loaded.first();
}

DocumentPtr History::managed(const Account& account, const std::string& arn, text::Timestamp time, Granted& out) const {
  const auto unknown = [&](std::string why) {
    if (out.unknown.empty()) out.unknown = std::move(why);
    return nullptr;
  };
  const auto found = account.policies.find(arn);
  const auto policy = found == account.policies.end() ? nullptr : found->second.at(time, out.window);
  if (!policy) {
    if (arn.ends_with(":iam::aws:policy/AdministratorAccess")) return administrator_access(arn);
    const bool aws = arn.find(kAwsPolicies) != std::string::npos;
    return unknown(fmt::format("what {} says isn't loaded{}", arn,
                               aws ? ": load the account's details again, now that it is attached" : ""));
  }
  if (!policy->unsure.empty()) return unknown(policy->unsure);
  const auto version = policy->versions.find(policy->default_version);
  if (version == policy->versions.end()) {
    return unknown(fmt::format("what version {} of {} says isn't loaded", policy->default_version, arn));
  }
  return version->second;
}

void History::take_policies(const Account& account, const Entity& entity, text::Timestamp time, Granted& out) const {
  if (!entity.unsure.empty() && out.unknown.empty()) out.unknown = entity.unsure;
  if (!entity.doubts.empty()) {
    if (out.unknown.empty()) out.unknown = entity.doubts.begin()->second;
    out.doubtful = true;
  }
  for (const auto& [name, document] : entity.inline_policies) out.identity.push_back(document);
  for (const std::string& arn : entity.attached) {
    if (DocumentPtr document = managed(account, arn, time, out)) out.identity.push_back(std::move(document));
  }
}

void History::take_organization(const Holder& holder, text::Timestamp time, Granted& out) const {
  const auto organization = organization_.at(time, out.window);
  if (!organization) return;
  out.any_resource_control = organization->resource_control;
  const auto levels = organization->accounts.find(std::string{holder.account});
  if (levels == organization->accounts.end()) return;
  out.organization = organization->id;
  out.management_account = organization->management_account;
  out.service_control = levels->second.service_control;
  out.resource_control = levels->second.resource_control;
}

std::shared_ptr<const Granted> History::granted(const Holder& holder, text::Timestamp time) const {
  const auto out = std::make_shared<Granted>();
  out->account = holder.account;
  take_organization(holder, time, *out);
  if (holder.kind == Holder::Kind::root) {
    out->arn = fmt::format("arn:aws:iam::{}:root", holder.account);
    out->link();
    return out;
  }
  const bool user = holder.kind == Holder::Kind::user;
  const auto account = accounts_.find(holder.account);
  const Account empty;
  const Account& of = account == accounts_.end() ? empty : account->second;
  const auto& entities = user ? of.users : of.roles;
  const auto timeline = entities.find(holder.name);
  const auto entity = timeline == entities.end() ? nullptr : timeline->second.at(time, out->window);
  if (!entity) {
    const bool loaded = of.loaded.at(time, out->window) != nullptr;
    const auto from = of.loaded.first();
    out->unknown = loaded ? fmt::format("{} {} isn't among the loaded policies of account {}", user ? "user" : "role",
                                        holder.name, holder.account)
                   : from ? fmt::format("no policies of account {} are loaded for the time before {}", holder.account,
                                        text::format_timestamp(*from))
                          : fmt::format("no policies of account {} are loaded", holder.account);
    out->link();
    return out;
  }
  out->arn = entity->arn;
  out->trust = entity->trust;
  take_policies(of, *entity, time, *out);
  for (const std::string& name : entity->groups) {
    const auto found = of.groups.find(name);
    const auto group = found == of.groups.end() ? nullptr : found->second.at(time, out->window);
    if (group) {
      take_policies(of, *group, time, *out);
    } else if (out->unknown.empty()) {
      out->unknown = fmt::format("what group {} has isn't loaded", name);
    }
  }
  if (!entity->boundary.empty()) {
    if (DocumentPtr document = managed(of, entity->boundary, time, *out))
      out->boundaries.push_back(std::move(document));
  }
  out->take_tags(*entity, user);
  out->link();
  return out;
}

std::string History::with_path(std::string arn, text::Timestamp time) const {
  const auto parsed = iam::Arn::parse(arn);
  if (!parsed || parsed->service != "iam") return arn;
  const auto account = accounts_.find(parsed->account);
  const std::size_t slash = parsed->resource.find('/');
  if (account == accounts_.end() || slash == std::string_view::npos) return arn;
  const std::string_view kind = parsed->resource.substr(0, slash);
  const std::string_view name = parsed->resource.substr(slash + 1);
  const Entities* const entities = kind == "user"    ? &account->second.users
                                   : kind == "group" ? &account->second.groups
                                   : kind == "role"  ? &account->second.roles
                                                     : nullptr;
  if (entities == nullptr) return arn;
  const auto timeline = entities->find(name);  // A path's slashes are in no name.
  Window window;
  const auto entity = timeline == entities->end() ? nullptr : timeline->second.at(time, window);
  return entity && !entity->arn.empty() ? entity->arn : arn;
}

std::vector<History::Name> History::names(text::Timestamp time) const {
  std::vector<Name> names;
  const auto take = [&](const std::string& account, const auto& entities, Holder::Kind kind) {
    for (const auto& [name, timeline] : entities) {
      Window window;
      const auto entity = timeline.at(time, window);
      if (!entity || entity->arn.find(":role/aws-service-role/") != std::string::npos) continue;
      // An event may name somebody of whom nothing else is known.
      const std::string_view type = kind == Holder::Kind::user ? "user" : "role";
      names.push_back({kind, account, name,
                       entity->arn.empty() ? fmt::format("arn:aws:iam::{}:{}/{}", account, type, name) : entity->arn});
    }
  };
  for (const auto& [id, account] : accounts_) {
    take(id, account.users, Holder::Kind::user);
    take(id, account.roles, Holder::Kind::role);
  }
  return names;
}

}  // namespace trailkeeper::rules::grants
