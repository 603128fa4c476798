// What holds for all policies: adding a Deny never allows more, order doesn't matter, an answer that is given although
// keys are unknown stays the answer whatever they are.
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "rules/iam/evaluate.h"
#include "rules/iam/policy_parser.h"
#include "tests/rules/iam/random_policy.h"

using namespace trailkeeper::tests;
namespace iam = trailkeeper::rules::iam;
using iam::PolicyKind;

namespace {

using Document = std::vector<std::string>;  // Statements.
using Group = std::vector<Document>;

// A whole request, taken apart so that it can be changed.
struct Drawn {
  std::string_view principal;
  std::string_view account;
  std::string context;
  Group identity;
  Group resource;  // None or one.
  Group boundaries;
  Group session;
  std::vector<Group> service_control;
  std::vector<Group> resource_control;

  static std::string text(const Document& document) {
    return R"({"Version":"2012-10-17","Statement":[)" + RandomPolicies::joined(document) + "]}";
  }
  static std::string text(const Group& group) {
    std::vector<std::string> documents;
    for (const Document& document : group) documents.push_back(text(document));
    return "[" + RandomPolicies::joined(documents) + "]";
  }
  static std::string text(const std::vector<Group>& levels) {
    std::vector<std::string> groups;
    for (const Group& group : levels) groups.push_back(text(group));
    return "[" + RandomPolicies::joined(groups) + "]";
  }

  [[nodiscard]] RequestCase request() const {
    RequestCase one;
    one.principal = principal;
    one.account = account;
    one.context = context;
    one.identity = text(identity);
    if (!resource.empty()) one.resource_policy = text(resource.front());
    one.boundaries = text(boundaries);
    one.session = text(session);
    one.service_control = text(service_control);
    one.resource_control = text(resource_control);
    return one;
  }
  [[nodiscard]] std::string decide() const { return request().decide(); }

  // Every list of statements, with the kind of its policy.
  std::vector<std::pair<Document*, PolicyKind>> documents() {
    std::vector<std::pair<Document*, PolicyKind>> all;
    const auto take = [&](Group& group, PolicyKind kind) {
      for (Document& document : group) all.emplace_back(&document, kind);
    };
    take(identity, PolicyKind::identity);
    take(resource, PolicyKind::resource);
    take(boundaries, PolicyKind::permission_boundary);
    take(session, PolicyKind::session);
    for (Group& group : service_control) take(group, PolicyKind::service_control);
    for (Group& group : resource_control) take(group, PolicyKind::resource_control);
    return all;
  }
};

Drawn draw(RandomPolicies& random) {
  constexpr std::array<std::string_view, 6> kPrincipals{kUser,      kRole, kSession,
                                                        kFederated, kRoot, "lambda.amazonaws.com"};
  Drawn drawn;
  drawn.principal = random.pick(kPrincipals);
  drawn.account = random.chance(75) ? "111122223333" : "444455556666";
  drawn.context = random.context();
  const auto group = [&](PolicyKind kind, unsigned most) {
    Group made(random.below(most + 1));
    for (Document& document : made) {
      for (unsigned i = random.below(3) + 1; i > 0; --i) {
        document.push_back(random.statement(kind, random.chance(15) ? "Deny" : "Allow"));
      }
    }
    return made;
  };
  drawn.identity = group(PolicyKind::identity, 3);
  drawn.resource = group(PolicyKind::resource, 1);
  if (random.chance(30)) drawn.boundaries = group(PolicyKind::permission_boundary, 1);
  if (random.chance(40)) drawn.session = group(PolicyKind::session, 2);
  if (random.chance(30))
    drawn.service_control = {group(PolicyKind::service_control, 2), group(PolicyKind::service_control, 3)};
  if (random.chance(20)) drawn.resource_control = {group(PolicyKind::resource_control, 2)};
  return drawn;
}

// The drawn policies, compiled.
class Compiled {
 public:
  explicit Compiled(const Drawn& drawn) {
    fill(drawn.identity, PolicyKind::identity, identity_);
    fill(drawn.boundaries, PolicyKind::permission_boundary, boundaries_);
    fill(drawn.session, PolicyKind::session, session_);
    fill(drawn.resource, PolicyKind::resource, resource_);
    set_.identity = identity_;
    set_.permission_boundaries = boundaries_;
    set_.session = session_;
    if (!resource_.empty()) set_.resource = resource_.front();
  }
  [[nodiscard]] const iam::PolicySet& set() const { return set_; }

 private:
  void fill(const Group& group, PolicyKind kind, std::vector<const iam::Policy*>& out) {
    for (const Document& document : group) {
      auto policy = iam::parse_policy(Drawn::text(document), kind);
      REQUIRE(policy.has_value());
      out.push_back(&owned_.emplace_back(std::move(*policy)));
    }
  }

  std::deque<iam::Policy> owned_;
  std::vector<const iam::Policy*> identity_, boundaries_, session_, resource_;
  iam::PolicySet set_;
};

constexpr unsigned kRounds = 3000;

}  // namespace

TEST_CASE("adding a Deny never allows more") {
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    RandomPolicies random{seed};
    Drawn drawn = draw(random);
    const std::string before = drawn.decide();
    const auto documents = drawn.documents();
    if (documents.empty()) continue;
    const auto [document, kind] = documents[random.below(static_cast<unsigned>(documents.size()))];
    document->push_back(random.statement(kind, "Deny"));
    const std::string after = drawn.decide();
    CAPTURE(seed);
    CHECK((after != "Allowed" || before == "Allowed"));
    CHECK((before != "ExplicitlyDenied" || after == "ExplicitlyDenied"));
  }
}

TEST_CASE("adding an Allow to a policy never denies more") {
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    RandomPolicies random{seed};
    Drawn drawn = draw(random);
    const std::string before = drawn.decide();
    const auto documents = drawn.documents();
    if (documents.empty()) continue;
    const auto [document, kind] = documents[random.below(static_cast<unsigned>(documents.size()))];
    document->push_back(random.statement(kind, "Allow"));
    const std::string after = drawn.decide();
    CAPTURE(seed);
    CHECK((before != "Allowed" || after == "Allowed"));
    CHECK((before != "ExplicitlyDenied") == (after != "ExplicitlyDenied"));
  }
}

TEST_CASE("the order of statements, policies and levels doesn't matter") {
  unsigned allowed = 0;
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    RandomPolicies random{seed};
    Drawn drawn = draw(random);
    const std::string before = drawn.decide();
    allowed += before == "Allowed" ? 1 : 0;
    for (const auto& [document, kind] : drawn.documents()) {
      std::shuffle(document->begin(), document->end(), random.random());
    }
    for (Group* group : {&drawn.identity, &drawn.boundaries, &drawn.session}) {
      std::shuffle(group->begin(), group->end(), random.random());
    }
    for (auto* levels : {&drawn.service_control, &drawn.resource_control}) {
      for (Group& group : *levels) std::shuffle(group.begin(), group.end(), random.random());
      std::shuffle(levels->begin(), levels->end(), random.random());
    }
    CAPTURE(seed);
    CHECK(drawn.decide() == before);
  }
  // The drawn cases say something.
  CHECK(allowed > kRounds / 10);
  CHECK(allowed < kRounds * 9 / 10);
}

TEST_CASE("an answer that is given with unknown keys stays, whatever they are") {
  struct Key {
    std::string_view name;
    std::array<std::string_view, 2> values;
  };
  constexpr std::array<Key, 5> kKeys{{{"aws:username", {"reports", "anna"}},
                                      {"aws:securetransport", {"true", "false"}},
                                      {"aws:multifactorauthage", {"100", "500"}},
                                      {"aws:principaltag/t", {"rep", "x"}},
                                      {"aws:sourceip", {"10.1.1.1", "9.9.9.9"}}}};
  const iam::Action action = *iam::Action::parse("s3:GetObject");
  iam::Evaluator evaluator;
  unsigned unknown = 0;
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    RandomPolicies random{seed};
    const Drawn drawn = draw(random);
    const Compiled compiled{drawn};
    iam::Request request;
    request.principal = *iam::Principal::parse(drawn.principal);
    request.action = &action;
    request.resource = "arn:aws:s3:::reports/a.csv";
    request.resource_account = drawn.account;
    // Each key is there, absent, or unknown; an unknown one then gets every value it may have.
    std::vector<iam::ContextEntry> known;
    std::vector<const Key*> open;
    iam::KeyPatterns unknowable;
    for (const Key& key : kKeys) {
      const unsigned state = random.below(3);
      if (state == 0) known.push_back({key.name, iam::key_hash(key.name), {&key.values[random.below(2)], 1}, false});
      if (state == 1) {
        unknowable.add(key.name);
        open.push_back(&key);
      }
    }
    request.context = {known, &unknowable};
    const iam::EvalDecision verdict = evaluator.evaluate(request, compiled.set()).verdict;
    if (verdict == iam::EvalDecision::unknown) {
      ++unknown;
      continue;
    }
    unsigned worlds = 1;
    for (std::size_t i = 0; i < open.size(); ++i) worlds *= 3;
    for (unsigned world = 0; world < worlds; ++world) {
      std::vector<iam::ContextEntry> entries = known;
      unsigned rest = world;
      for (const Key* key : open) {
        if (rest % 3 < 2) entries.push_back({key->name, iam::key_hash(key->name), {&key->values[rest % 3], 1}, false});
        rest /= 3;
      }
      request.context = {entries, nullptr};
      CAPTURE(seed);
      CAPTURE(world);
      const iam::EvalDecision there = evaluator.evaluate(request, compiled.set()).verdict;
      CHECK((there == iam::EvalDecision::allowed) == (verdict == iam::EvalDecision::allowed));
    }
  }
  CHECK(unknown > kRounds / 50);
}
