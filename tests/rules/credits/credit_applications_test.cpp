// Applications and awards: R13-R34, R52-R58. Test names begin with the rule.
#include <doctest/doctest.h>

#include "tests/rules/credits/credit_world.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;
using trailkeeper::text::Money;

namespace {

const std::string kAccount = CreditWorld::kAccount;

// A world with an offer and an affiliation, so that only the rule in question can speak against a form.
CreditWorld ready() {
  CreditWorld world;
  for (const std::string org : {"org1", "org2", "org3", "org4"}) {
    world.offer("2024-01-01", org);
    world.affiliate("2024-01-01", org);
  }
  return world;
}

// The reasons against a form that is changed by `change`, sent on 2024-06-01.
template <typename Change>
std::string against(Change&& change) {
  CreditWorld world = ready();
  credits::Application form = CreditWorld::form("a1", "25000");
  change(form, world);
  world.at("2024-06-01", kAccount, form);
  return reasons_of(world.book("2024-06-02"), "a1");
}

std::string against_stage(const std::string& stage) {
  return against([&](credits::Application& form, CreditWorld&) { form.funding_stage = stage; });
}

}  // namespace

TEST_CASE("R13: up to Series A; later rounds and private equity are refused") {
  CHECK(against_stage("Series A").empty());
  CHECK(against_stage("Bootstrapped").empty());
  CHECK(against_stage("self-funded").empty());
  CHECK(against_stage("Series B") == "10");
  CHECK(against_stage("Private Equity") == "10");
}

TEST_CASE("R14: founded within ten years; exactly ten is within") {
  const auto applied = [](std::string_view day) {
    CreditWorld world = ready();
    credits::Application form = CreditWorld::form("a1", "25000");
    form.founded = date("2014-06-01");
    world.at(day, kAccount, form);
    return reasons_of(world.book("2024-06-03"), "a1");
  };
  CHECK(applied("2024-06-01").empty());
  CHECK(applied("2024-06-02") == "6");
}

TEST_CASE("R15: a website or a public profile; other proof is an override") {
  CHECK(against([](credits::Application& form, CreditWorld&) { form.shows_itself = false; }) == "3");
  CreditWorld world = ready();
  credits::Application form = CreditWorld::form("a1", "25000");
  form.shows_itself = false;
  world.at("2024-06-01", kAccount, form);
  credits::Decision decision{"a1", true, dollars("25000"), {}, {"3"}};
  world.at("2024-06-03", kAccount, decision);
  CHECK(reasons_of(world.book("2024-06-04"), "a1").empty());
}

TEST_CASE("R16: a suspended account can't apply") {
  CreditWorld world = ready();
  credits::AccountStatus status;
  status.status = "Suspended";
  world.at("2024-05-01", kAccount, status);
  world.at("2024-06-01", kAccount, CreditWorld::form("a1", "25000"));
  const auto book = world.book("2024-06-02");
  CHECK(credits::status_text(application_of(book, "a1").status) == "rejected");
  CHECK(reasons_of(book, "a1") == "other:account-suspended");
}

TEST_CASE("R17: China's programme is another; Taiwan by setting") {
  for (const std::string country : {"CN", "HK", "TW", "cn", "China", "CHN", "PRC", "P.R. China", "Mainland China",
                                    "People's Republic of China", "Hong Kong", "HKG", "Taiwan"}) {
    CAPTURE(country);
    CHECK(against([&](credits::Application& form, CreditWorld&) { form.country = country; }) ==
          "other:china-programme");
  }
  CHECK(against([](credits::Application& form, CreditWorld& world) {
          form.country = "TW";
          world.settings.taiwan_refused = false;
        }).empty());
  for (const std::string country : {"DE", "Chinatown", "CH", "Indochina", "Prchal"}) {
    CHECK(against([&](credits::Application& form, CreditWorld&) { form.country = country; }).empty());
  }
  CHECK(against([](credits::Application& form, CreditWorld&) { form.china_partition = true; }) ==
        "other:china-programme");
}

TEST_CASE("R18: a second startup needs an account of its own") {
  CreditWorld world = ready();
  world.at("2024-03-01", kAccount, CreditWorld::form("a1", "5000"));
  world.approve("2024-03-05", "a1");
  auto second = CreditWorld::form("a2", "25000", "org2");
  second.startup = "S2";
  world.at("2024-06-01", kAccount, second);
  auto elsewhere = second;
  elsewhere.id = "a3";
  world.affiliate("2024-01-01", "org2", "444455556666");
  world.at("2024-06-01", "444455556666", elsewhere);
  const auto book = world.book("2024-06-02");
  CHECK(reasons_of(book, "a2") == "other:second-startup");
  CHECK(reasons_of(book, "a3").empty());
  CHECK(application_of(book, "a3").award == dollars("25000"));
}

TEST_CASE("R19: credits of other programmes neither bar nor count") {
  CreditWorld world = ready();
  auto other = CreditWorld::issued("2024-02-01", "1", "50000");
  other.program = "EdStart";
  world.at("2024-02-01", kAccount, other);
  world.at("2024-06-01", kAccount, CreditWorld::form("a1", "100000"));
  CHECK(application_of(world.book("2024-06-02"), "a1").award == dollars("100000"));
}

TEST_CASE("R21: Portfolio needs a valid Org ID, Founders none") {
  CHECK(against([](credits::Application& form, CreditWorld&) {
          form.org_id.clear();
          form.package = "Portfolio";
        }) == "5");
  CHECK(against([](credits::Application& form, CreditWorld&) { form.org_id.clear(); }).empty());
}

TEST_CASE("R22, R23: of concurrent applications the smaller goes, whichever came first") {
  for (const bool small_first : {true, false}) {
    CreditWorld world = ready();
    world.at("2024-06-01T10:00:00Z", kAccount, CreditWorld::form("first", small_first ? "5000" : "25000"));
    world.at("2024-06-01T10:05:00Z", kAccount, CreditWorld::form("second", small_first ? "25000" : "5000", "org2"));
    const auto book = world.book("2024-06-02");
    CHECK(reasons_of(book, small_first ? "first" : "second") == "4");
    CHECK(credits::status_text(application_of(book, small_first ? "second" : "first").status) == "pending");
  }
  CreditWorld equal = ready();
  equal.at("2024-06-01T10:00:00Z", kAccount, CreditWorld::form("first", "5000"));
  equal.at("2024-06-01T10:05:00Z", kAccount, CreditWorld::form("second", "5000"));
  CHECK(credits::status_text(application_of(equal.book("2024-06-02"), "second").status) == "rejected");
}

TEST_CASE("R24, R25: an Org ID once; another of the same provider may be larger") {
  CreditWorld world = ready();
  world.at("2024-03-01", kAccount, CreditWorld::form("a1", "5000", "org1"));
  world.approve("2024-03-05", "a1");
  world.at("2024-04-01", kAccount, CreditWorld::form("a2", "25000", "org2"));
  world.approve("2024-04-05", "a2");
  world.at("2024-06-01", kAccount, CreditWorld::form("a3", "50000", "org1"));
  const auto book = world.book("2024-06-02");
  CHECK(application_of(book, "a2").award == dollars("20000"));
  CHECK(reasons_of(book, "a3") == "9");
}

TEST_CASE("R27, R28: after a denial or a cancellation one may apply again; a sent form doesn't change") {
  CreditWorld world = ready();
  world.at("2024-03-01", kAccount, CreditWorld::form("a1", "5000"));
  world.deny("2024-03-05", "a1", {"3"});
  world.at("2024-04-01", kAccount, CreditWorld::form("a2", "5000"));
  world.at("2024-04-02", kAccount, credits::Cancellation{"a2"});
  world.at("2024-04-03", kAccount, CreditWorld::form("a3", "5000"));
  const auto book = world.book("2024-04-04");
  CHECK(reasons_of(book, "a3").empty());
  CHECK(application_of(book, "a3").award == dollars("5000"));
  CHECK(credits::status_text(application_of(book, "a2").status) == "cancelled");
}

TEST_CASE("R29: the form's e-mail is the account's; case matters in the local part only") {
  const auto with = [](const std::string& email) {
    return against([&](credits::Application& form, CreditWorld& world) {
      credits::AccountStatus status;
      status.email = email;
      world.at("2024-01-01", kAccount, status);
      form.email = "a@x.example";
    });
  };
  CHECK(with("b@x.example") == "2");
  CHECK(with("a@X.EXAMPLE").empty());
  CHECK(with("A@x.example") == "2");
}

TEST_CASE("R30, R31, R32: the award is what is more than before, up to 100,000") {
  CreditWorld world = ready();
  const auto apply = [&world](std::string_view day, const std::string& id, std::string_view amount,
                              const std::string& org) {
    world.at(day, kAccount, CreditWorld::form(id, amount, org));
    world.approve(day, id);
  };
  apply("2024-02-01", "a1", "5000", "org1");
  apply("2024-03-01", "a2", "25000", "org2");
  apply("2024-04-01", "a3", "150000", "org3");
  world.at("2024-05-01", kAccount, CreditWorld::form("a4", "100000", "org4"));
  const auto book = world.book("2024-06-01");
  CHECK(application_of(book, "a1").award == dollars("5000"));
  CHECK(application_of(book, "a2").award == dollars("20000"));
  CHECK(application_of(book, "a3").award == dollars("75000"));
  CHECK(reasons_of(book, "a4") == "1,8");
  CreditWorld smaller = ready();
  smaller.at("2024-02-01", kAccount, CreditWorld::form("a1", "25000"));
  smaller.approve("2024-02-02", "a1");
  smaller.at("2024-03-01", kAccount, CreditWorld::form("a2", "25000", "org2"));
  CHECK(reasons_of(smaller.book("2024-06-01"), "a2") == "8");
}

TEST_CASE("R33: old support credits don't count to the cap") {
  CreditWorld world = ready();
  world.issue("2023-01-01", "svc", "99000");
  auto support = CreditWorld::issued("2023-01-01", "sup", "5000");
  support.support = true;
  world.at("2023-01-01", kAccount, support);
  world.at("2024-06-01", kAccount, CreditWorld::form("a1", "100000"));
  CHECK(application_of(world.book("2024-06-02"), "a1").award == dollars("1000"));
}

TEST_CASE("R34: an award is one grant") {
  CreditWorld world = ready();
  world.at("2024-06-01", kAccount, CreditWorld::form("a1", "20000"));
  world.approve("2024-06-03", "a1", "20000");
  for (const std::string id : {"1", "2"}) {
    auto issue = CreditWorld::issued("2024-06-04", id, "10000");
    issue.application = "a1";
    world.at("2024-06-04", kAccount, issue);
  }
  CHECK(findings_of(world.book("2024-06-05"), "R34") == 2);
}

TEST_CASE("R49, R52: business days, with holidays") {
  CHECK(text::day_text(text::business_day_after(date("2024-03-01"), 7, {})) == "2024-03-12");
  CHECK(text::day_text(text::business_day_after(date("2024-03-01"), 10, {})) == "2024-03-15");
  CHECK(text::day_text(text::business_day_after(date("2024-03-01"), 7, {date("2024-03-04")})) == "2024-03-13");
  CreditWorld world = ready();
  world.at("2024-03-01", kAccount, CreditWorld::form("a1", "5000"));
  CHECK(findings_of(world.book("2024-03-15"), "R52") == 0);
  world.approve("2024-03-18", "a1");
  CHECK(findings_of(world.book("2024-03-18"), "R52") == 1);
}

TEST_CASE("R54: all reasons that hold, by number") {
  CHECK(against([](credits::Application& form, CreditWorld&) {
          form.founded = date("2012-01-01");
          form.funding_stage = "Series B";
          form.shows_itself = false;
        }) == "3,6,10");
}

TEST_CASE("R54: the programme's decision is compared with ours") {
  CreditWorld world = ready();
  world.at("2024-06-01", kAccount, CreditWorld::form("a1", "5000"));
  world.deny("2024-06-03", "a1", {"3"});
  CHECK(findings_of(world.book("2024-06-04"), "R54") == 1);
}

namespace {

const std::string kElsewhere = "444455556666";

// A form of which the affiliation facts are told, in that order, a day each.
std::string affiliated(const std::vector<credits::Affiliation>& told) {
  return against([&](credits::Application& form, CreditWorld& world) {
    world.offer("2024-01-01", "orgX");
    form.org_id = "orgX";
    int day = 10;
    for (const credits::Affiliation& one : told) world.at("2024-01-" + std::to_string(day++), kAccount, one);
  });
}

}  // namespace

TEST_CASE("R55: an affiliation that the provider denies; unknown is no denial") {
  CHECK(affiliated({}).empty());
  CHECK(affiliated({{"orgX", "", false}}) == "other:affiliation");
  CHECK(affiliated({{"orgX", "", false}, {"orgX", "", true}}).empty());
  CHECK(affiliated({{"orgX", "", true}, {"orgX", "", false}}) == "other:affiliation");
  // What is said of the application beats what is said of the Org ID, also later.
  CHECK(affiliated({{"", "a1", false}, {"orgX", "", true}}) == "other:affiliation");
  CHECK(affiliated({{"", "a1", true}, {"orgX", "", false}}).empty());
  CHECK(affiliated({{"", "a1", true}, {"", "a1", false}}) == "other:affiliation");
}

TEST_CASE("R54, R55: where the affiliation is unknown, a denial for it is no finding; one for something else is") {
  const auto denied = [](const std::vector<std::string>& reasons, const std::string& org) {
    CreditWorld world = ready();
    world.offer("2024-01-01", "orgX");
    world.at("2024-06-01", kAccount, CreditWorld::form("a1", "5000", org));
    world.deny("2024-06-03", "a1", reasons);
    return findings_of(world.book("2024-06-04"), "R54");
  };
  CHECK(denied({"other:affiliation"}, "orgX") == 0);
  CHECK(denied({}, "orgX") == 0);
  CHECK(denied({"3"}, "orgX") == 1);
  CHECK(denied({"other:affiliation"}, "org1") == 1);
  CHECK(denied({}, "org1") == 1);
}

TEST_CASE("R24-R26, R32: what a startup got counts for it from any of its accounts") {
  CreditWorld world = ready();
  world.at("2024-03-01", kAccount, CreditWorld::form("a1", "100000"));
  world.approve("2024-03-05", "a1", "100000");
  world.at("2024-06-01", kElsewhere, CreditWorld::form("a2", "100000"));
  auto another = CreditWorld::form("a3", "100000");
  another.startup = "S2";
  world.at("2024-06-02", "444455557777", another);
  auto nameless = CreditWorld::form("a4", "100000", "org2");
  nameless.startup = "";
  world.at("2024-06-03", "444455558888", nameless);
  const auto book = world.book("2024-06-04");
  CHECK(reasons_of(book, "a2") == "1,8,9");
  CHECK(application_of(book, "a2").award == text::Money{});
  CHECK(application_of(book, "a3").award == dollars("100000"));
  CHECK(application_of(book, "a4").award == dollars("100000"));
}

TEST_CASE("R26: without a startup the account's history counts, whoever got it") {
  CreditWorld world = ready();
  world.at("2024-03-01", kAccount, CreditWorld::form("a1", "25000"));
  world.approve("2024-03-05", "a1");
  auto nameless = CreditWorld::form("a2", "25000");
  nameless.startup = "";
  world.at("2024-06-01", kAccount, nameless);
  CHECK(reasons_of(world.book("2024-06-02"), "a2") == "8,9");
}

TEST_CASE("R26, R30: what names no startup is of the one whose form came first from the account") {
  CreditWorld world = ready();
  world.issue("2024-01-02", "1", "5000", 1, kElsewhere);
  world.at("2024-02-01", kElsewhere, CreditWorld::form("a1", "1000"));
  world.at("2024-02-02", kElsewhere, credits::Cancellation{"a1"});
  world.issue("2024-02-03", "2", "2000", 1, kElsewhere);
  auto second = CreditWorld::form("a2", "1000", "org2");
  second.startup = "S2";
  world.at("2024-02-04", kElsewhere, second);
  world.at("2024-06-01", kAccount, CreditWorld::form("a3", "25000", "org3"));
  const auto book = world.book("2024-06-02");
  CHECK(application_of(book, "a3").award == dollars("18000"));
  CHECK(application_of(book, "a2").award == dollars("1000"));
}

TEST_CASE("R30: credits of a denied application count; those of an approved one count once") {
  CreditWorld world = ready();
  world.at("2024-02-01", kAccount, CreditWorld::form("a1", "5000"));
  auto early = CreditWorld::issued("2024-02-02", "1", "5000");
  early.application = "a1";
  world.at("2024-02-02", kAccount, early);
  world.approve("2024-02-03", "a1");
  world.at("2024-03-01", kAccount, CreditWorld::form("a2", "8000", "org2"));
  world.deny("2024-03-02", "a2", {"3"});
  auto late = CreditWorld::issued("2024-03-03", "2", "3000");
  late.application = "a2";
  world.at("2024-03-03", kAccount, late);
  world.at("2024-06-01", kAccount, CreditWorld::form("a3", "25000", "org3"));
  CHECK(application_of(world.book("2024-06-02"), "a3").award == dollars("17000"));
}

TEST_CASE("R32: credits above the cap are found by startup, over all its accounts") {
  CreditWorld world = ready();
  for (const std::string& account : {kAccount, kElsewhere}) {
    const std::string id = account == kAccount ? "a1" : "a2";
    world.at("2024-02-01", account, CreditWorld::form(id, "60000"));
    auto issue = CreditWorld::issued("2024-02-02", id, "60000");
    issue.application = id;
    world.at("2024-02-02", account, issue);
  }
  const auto book = world.book("2024-06-02");
  CHECK(findings_of(book, "R32") == 1);
}

TEST_CASE("R54: reason 7 looks at all forms of the startup, from any account") {
  CreditWorld world = ready();
  world.at("2024-02-01", kAccount, CreditWorld::form("a1", "5000"));
  auto later = CreditWorld::form("a2", "5000");
  later.founded = date("2021-01-01");
  world.at("2024-03-01", kElsewhere, later);
  auto third = CreditWorld::form("a3", "5000");
  world.at("2024-04-01", "444455557777", third);
  const auto book = world.book("2024-06-01");
  CHECK(reasons_of(book, "a1").empty());
  CHECK(reasons_of(book, "a2") == "7");
  CHECK(reasons_of(book, "a3") == "7");
}

TEST_CASE("R57: an approval is followed by a grant") {
  CreditWorld world = ready();
  world.at("2024-06-01", kAccount, CreditWorld::form("a1", "5000"));
  world.approve("2024-06-03", "a1");
  CHECK(findings_of(world.book("2024-06-05"), "R57") == 0);
  CHECK(findings_of(world.book("2024-06-07"), "R57") == 1);
}

TEST_CASE("R58: after a technical error one waits a day, and there is no application") {
  CreditWorld world = ready();
  auto failed = CreditWorld::form("a1", "5000");
  failed.error_code = "InternalFailure";
  world.at("2024-06-01T10:00:00Z", kAccount, failed);
  world.at("2024-06-01T12:00:00Z", kAccount, CreditWorld::form("a2", "5000"));
  const auto book = world.book("2024-06-02");
  CHECK(findings_of(book, "R58") == 1);
  CHECK(reasons_of(book, "a2").empty());
  world.approve("2024-06-01T11:00:00Z", "a1", "5000");
  const auto decided = world.book("2024-06-02");
  CHECK(credits::status_text(application_of(decided, "a1").status) == "failed");
  CHECK(findings_of(decided, "R57") == 1);
}

TEST_CASE("A form costs the same, however many came before from its startup and account") {
  CreditWorld world = ready();
  for (int i = 0; i < 40'000; ++i) {
    auto form = CreditWorld::form("a" + std::to_string(i), i % 2 == 0 ? "5000" : "25000");
    form.startup = "S" + std::to_string(i % 3);
    world.at("2024-06-01", kAccount, std::move(form));
    if (i % 5 == 0) world.approve("2024-06-01", "a" + std::to_string(i), "1");
    if (i % 7 == 0) world.issue("2024-06-01", std::to_string(i), "1");
  }
  CHECK(world.book("2024-06-02").programme().applications().size() == 40'000);
}
