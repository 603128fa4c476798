#include "query/investigation/credential_chain.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "event/reject.h"
#include "query/event_list.h"
#include "query/field_catalogue.h"
#include "query/json_path.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

using text::Timestamp;
using Direction = CredentialLink::Direction;

namespace {

constexpr std::array<std::string_view, 7> kIssuingCalls{
    "AssumeRole",         "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetSessionToken",
    "GetFederationToken", "CreateAccessKey"};
constexpr unsigned kMostSteps = 8;
constexpr std::size_t kMostLinks = 200;
constexpr std::size_t kMostEvents = 50'000;
constexpr std::size_t kMostKeys = 1000;
// Temporary credentials last 36 hours at most (STS API reference, GetSessionToken and GetFederationToken).
constexpr Timestamp kLongestSession = 36 * text::kHour;
// Clocks of the services that write the two events differ a little.
constexpr Timestamp kSkew = 5 * text::kMinute;

using Keys = std::map<std::string, Seen>;

/// One event that issued credentials.
struct Issue {
  Timestamp time = 0;
  std::string call, caller, caller_key, identity, key;
};

bool is_temporary(std::string_view key) { return key.starts_with("ASIA"); }

std::string text_in(std::string_view json, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths) {
    const std::string value = json_at(json, path);
    if (!value.empty() && value.front() == '"') return display_text(value);
  }
  return {};
}

Filter issuing_filter() {
  Filter filter;
  for (const std::string_view call : kIssuingCalls) filter.add(FilterField::name, call);
  filter.add(FilterField::error, "none");
  return filter;
}

class Follower {
 public:
  Follower(const store::Snapshot& snapshot, const ShownEvents& shown) : snapshot_(snapshot), shown_(shown) {}

  // What the events that pass issued, then what the sessions that used it issued, and so on.
  void follow_onwards(const Filter& filter) {
    Filter wanted = filter;
    Keys keys;
    for (unsigned depth = 1; depth <= kMostSteps; ++depth) {
      Filter issuing = wanted;
      for (const FieldFilter& field : issuing_filter().fields) issuing.fields.push_back(field);
      std::vector<Issue> issues;
      for_each_issue(issuing, [&](Issue&& issue) {
        if (!onwards_.insert(issue.key).second) return;
        issues.push_back(std::move(issue));
      });
      if (issues.empty()) return;
      keys = add_links(Direction::to, depth, issues);
      if (keys.empty()) return;
      wanted = key_filter(keys);
    }
    note("credentials were followed for " + std::to_string(kMostSteps) + " steps only");
  }

  // Who issued the keys, then who issued the keys that those callers used, and so on.
  void follow_back(Keys keys) {
    for (unsigned depth = 1; depth <= kMostSteps && !keys.empty(); ++depth) {
      const std::vector<Issue> issues = issues_of(keys);
      add_links(Direction::from, depth, issues);
      Keys next;
      for (const Issue& issue : issues) {
        if (issue.caller_key.empty() || !back_.insert(issue.caller_key).second) continue;
        next[issue.caller_key].add(issue.time);
      }
      keys = std::move(next);
    }
    if (!keys.empty()) note("credentials were followed back for " + std::to_string(kMostSteps) + " steps only");
  }

  void seen_already(const Keys& keys) {
    for (const auto& [key, seen] : keys) back_.insert(key);
  }

  CredentialChain take() {
    std::stable_sort(chain_.links.begin(), chain_.links.end(), [](const CredentialLink& a, const CredentialLink& b) {
      return std::tie(a.direction, a.depth, a.issued.first) < std::tie(b.direction, b.depth, b.issued.first);
    });
    return std::move(chain_);
  }

 private:
  void note(const std::string& why) {
    if (chain_.incomplete.find(why) != std::string::npos) return;
    chain_.incomplete += (chain_.incomplete.empty() ? "" : "; ") + why;
  }

  template <typename Visit>
  void for_each_issue(const Filter& filter, Visit&& visit) {
    std::string json;
    list_events(snapshot_, filter, Order::newest, std::nullopt, [&](const ListedEvent& event) {
      if (++events_read_ > kMostEvents) {
        note("only " + std::to_string(kMostEvents) + " events that issue credentials were read: narrow --since");
        return false;
      }
      json.clear();
      shown_.append(*event.segment, event.index, json);
      const std::size_t size = json.size();
      json.append(event::kPadding, '\0');
      const std::string_view text = std::string_view{json}.substr(0, size);
      Issue issue;
      issue.key = text_in(text, {"responseElements.credentials.accessKeyId", "responseElements.accessKey.accessKeyId"});
      if (issue.key.empty()) return true;
      issue.time = event.segment->time(event.index);
      issue.call = event_value(shown_, *event.segment, event.index, text, "name").value_or("");
      issue.caller = event_value(shown_, *event.segment, event.index, text, "principal").value_or("");
      issue.caller_key = event_value(shown_, *event.segment, event.index, text, "access-key").value_or("");
      issue.identity = text_in(text, {"responseElements.assumedRoleUser.arn", "responseElements.federatedUser.arn",
                                      "responseElements.accessKey.userName", "requestParameters.roleArn",
                                      "requestParameters.targetPrincipal"});
      if (issue.identity.empty()) issue.identity = issue.caller;
      visit(std::move(issue));
      return true;
    });
  }

  // Temporary credentials are younger than 36 hours; a user's key may be of any age.
  std::vector<Issue> issues_of(const Keys& keys) {
    Filter temporary = issuing_filter();
    Filter lasting;
    lasting.add(FilterField::name, "CreateAccessKey");
    lasting.add(FilterField::error, "none");
    bool any_lasting = false;
    Seen used;
    for (const auto& [key, seen] : keys) {
      if (is_temporary(key)) {
        used.add(seen);
      } else {
        any_lasting = true;
      }
    }
    std::vector<Issue> issues;
    const auto take = [&](Issue&& issue) {
      if (keys.count(issue.key) != 0) issues.push_back(std::move(issue));
    };
    if (used.events > 0) {
      temporary.since = used.first - kLongestSession;
      temporary.until = used.last + kSkew;
      for_each_issue(temporary, take);
    }
    if (any_lasting) for_each_issue(lasting, take);
    return issues;
  }

  // The keys that the links hold.
  Keys add_links(Direction direction, unsigned depth, const std::vector<Issue>& issues) {
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>, CredentialLink> links;
    Keys keys;
    for (const Issue& issue : issues) {
      CredentialLink& link = links[{issue.call, issue.caller, issue.identity}];
      if (link.issued.events == 0) {
        link.direction = direction;
        link.depth = depth;
        link.call = issue.call;
        link.caller = issue.caller;
        link.caller_key = issue.caller_key;
        link.identity = issue.identity;
      }
      link.issued.add(issue.time);
      if (link.keys.size() < kMostKeysOfLink && keys.size() < kMostKeys) {
        link.keys.push_back(issue.key);
        keys[issue.key].add(issue.time);
      } else {
        note("of credentials that were issued often, only the newest were followed");
      }
    }
    const std::map<std::string, Seen> used = use_of(keys);
    for (auto& [name, link] : links) {
      if (chain_.links.size() == kMostLinks) {
        note("only " + std::to_string(kMostLinks) + " links are shown");
        break;
      }
      for (const std::string& key : link.keys) {
        if (const auto found = used.find(key); found != used.end()) link.used.add(found->second);
      }
      chain_.links.push_back(std::move(link));
    }
    return keys;
  }

  static Filter key_filter(const Keys& keys) {
    Filter filter;
    for (const auto& [key, seen] : keys) filter.add(FilterField::access_key, key);
    return filter;
  }

  std::map<std::string, Seen> use_of(const Keys& keys) {
    std::map<std::string, Seen> used;
    if (keys.empty()) return used;
    const Activity activity = collect_activity(snapshot_, shown_, {key_filter(keys), std::nullopt});
    for (const Trait& key : activity.access_keys.rows) used[key.value] = key.seen;
    return used;
  }

  const store::Snapshot& snapshot_;
  const ShownEvents& shown_;
  std::size_t events_read_ = 0;
  std::set<std::string> onwards_;
  std::set<std::string> back_;
  CredentialChain chain_;
};

}  // namespace

CredentialChain follow_credentials(const store::Snapshot& snapshot, const ShownEvents& shown, const Filter& filter,
                                   const Traits& access_keys) {
  Follower follower{snapshot, shown};
  Keys keys;
  for (const Trait& key : access_keys.rows) {
    if (keys.size() == kMostKeys) break;
    keys[key.value] = key.seen;
  }
  follower.seen_already(keys);
  follower.follow_back(std::move(keys));
  follower.follow_onwards(filter);
  return follower.take();
}

}  // namespace trailkeeper::query
