#include <doctest/doctest.h>

#include <map>

#include "rules/credits/billing_answer.h"
#include "rules/credits/credit_lines.h"
#include "rules/credits/listed_credits.h"
#include "rules/credits/reconcile.h"
#include "tests/rules/credits/credit_world.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

// What differs, as `what credit ours theirs`.
std::vector<std::string> differences(const credits::Book& book, const std::vector<std::string>& answers) {
  credits::ListedCredits listed;
  for (const std::string& answer : answers) REQUIRE(listed.add(answer).has_value());
  std::vector<std::string> found;
  for (const credits::Difference& one : listed.against(book)) {
    const auto side = [](const std::optional<text::Money>& money, const std::string& text) {
      return money ? money->text() : (text.empty() ? "-" : text);
    };
    found.push_back(std::string{one.what} + " " + one.credit + " " + side(one.ours, one.ours_text) + " " +
                    side(one.theirs, one.theirs_text));
  }
  return found;
}

std::string listed(const std::string& more, const std::string& remaining = "900") {
  return R"({"credits":[{"accountId":"111122223333","creditId":"1","remainingAmount":{"amount":")" + remaining +
         R"(","currencyCode":"USD"})" + more + "}]}";
}

using Texts = std::vector<std::string>;

// The book as of July 2024, whose bills `visit` sees.
credits::Book book_of(const CreditWorld& world, const credits::BillVisitor& visit) {
  std::vector<credits::BillName> names;
  for (const auto& [name, cells] : world.bills) names.push_back(name);
  return credits::Book{world.facts,
                       names,
                       [&world](const credits::BillName& name) { return world.bills.at(name); },
                       world.settings,
                       moment("2024-07-01"),
                       visit};
}

}  // namespace

TEST_CASE("R62: what AWS lists of a credit is held against the ledger, member by member") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AmazonEC2", "100", "2024-05-02"});
  const auto book = world.book("2024-06-01");
  CHECK(differences(book, {listed("")}).empty());
  CHECK(differences(book, {listed(R"(,"initialAmount":{"amount":"1000"},"startDate":1714521600)")}).empty());
  for (const char* end : {"\"2025-05-01T23:59:59Z\"", "\"2025-05-02T00:00:00Z\"", "\"2025-05-01\"", "1746143999.0"}) {
    CAPTURE(end);
    CHECK(differences(book, {listed(",\"endDate\":" + std::string{end})}).empty());
  }
  CHECK(differences(book, {listed(R"(,"endDate":"2025-05-03")")}) == Texts{"end 1 2025-05-01 2025-05-03"});
  CHECK(differences(book, {listed(R"(,"startDate":"2024-05-02")")}) == Texts{"start 1 2024-05-01 2024-05-02"});
  CHECK(differences(book, {listed(R"(,"initialAmount":{"amount":"900"})")}) == Texts{"initial 1 1000.00 900.00"});
  CHECK(differences(book, {listed(R"(,"estimatedAmount":{"amount":"900"})", "1000")}).empty());
  CHECK(differences(book, {listed(R"(,"estimatedAmount":{"amount":"800"})")}) == Texts{"estimated 1 900.00 800.00"});
  CHECK(differences(book, {listed(R"(,"estimatedAmount":null)", "800")}) == Texts{"remaining 1 900.00 800.00"});
  CHECK(differences(book, {listed(R"(,"initialAmount":{"amount":"1000","currencyCode":"EUR"})")}) ==
        Texts{"currency 1 1000.00 USD 1000.00 EUR"});
  CHECK(differences(book, {listed(R"(,"initialAmount":{"amount":"1000","currency_code":"EUR"})")}) ==
        Texts{"currency 1 1000.00 USD 1000.00 EUR"});
  CHECK(differences(book, {listed(R"(,"Currency":"EUR")")}).size() == 1);
}

TEST_CASE("R66: credits that only one side has") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.issue("2024-05-01", "2", "50");
  const auto book = world.book("2024-06-01");
  CHECK(differences(book, {R"({"credits":[]})"}) == Texts{"not-there 1 1000.00 -", "not-there 2 50.00 -"});
  CHECK(differences(book, {listed("", "1000")}) == Texts{"not-there 2 50.00 -"});
  const std::string second =
      R"({"credits":[{"accountId":"111122223333","creditId":"2","remainingAmount":"50"},{"creditId":"3","remainingAmount":"0"}]})";
  CHECK(differences(book, {listed("", "1000"), second}) == Texts{"not-here 3 - 0.00"});
  const std::string others = R"({"credits":[{"accountId":"444455556666","creditId":"9","remainingAmount":"1"}]})";
  CHECK(differences(book, {others}) == Texts{"not-here 9 - 1.00"});
  CHECK(differences(book, {R"({"credits":[],"partialResults":true})"}).back() == "partial-results  - -");
  credits::ListedCredits none;
  REQUIRE(none.add(R"({"credits":[]})").has_value());
  CHECK(none.compares(book));
  CHECK(!none.compares(CreditWorld{}.book("2024-06-01")));
}

TEST_CASE("Amounts are compared as finely as AWS gives them, a cent at most") {
  const std::map<std::string, std::int64_t> steps{
      {"6", 100'000'000}, {"-6.05", 100'000'000}, {"6.050", 10'000'000}, {"6.0500000000", 1}, {"6e0", 1}};
  for (const auto& step : steps) {
    CAPTURE(step.first);
    CHECK(credits::step_of(step.first).units() == step.second);
  }
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AmazonEC2", "99.9961", "2024-05-02"});
  const auto book = world.book("2024-06-01");
  CHECK(differences(book, {listed("")}).empty());
  CHECK(differences(book, {listed("", "900.01")}).empty());
  CHECK(differences(book, {listed("", "900.02")}).size() == 1);
  CHECK(differences(book, {listed("", "900.000")}).size() == 1);
}

namespace {

std::string history_of(const std::string& month, const std::string& amount) {
  return R"({"creditAllocationHistoryList":[{"accountId":"111122223333","appliedServiceName":"Amazon Elastic Compute Cloud","billingMonth":")" +
         month + R"(","creditId":"1","creditAmount":{"amount":"-)" + amount + R"("}}]})";
}

}  // namespace

TEST_CASE("R62: months before an opening balance are held against the history that was imported, if any") {
  for (const bool told : {true, false}) {
    CAPTURE(told);
    CreditWorld world;
    world.issue("2024-05-01", "1", "1000");
    credits::ImportedCredit import;
    import.credit = "1";
    import.initial = dollars("1000");
    import.remaining = dollars("900");
    import.estimated = dollars("850");
    import.issued = moment("2024-05-01");
    import.expires = date("2025-05-01");
    world.at("2024-06-10", CreditWorld::kAccount, import);
    const auto use = [&world](const char* month, const char* amount, bool estimated) {
      world.at(
          "2024-06-10", CreditWorld::kAccount,
          credits::ImportedUse{
              "1", *text::Month::parse(month), estimated, {{CreditWorld::kAccount, "AmazonEC2", dollars(amount)}}});
    };
    if (told) use("2024-05", "100", false);
    if (told) use("2024-06", "50", true);
    world.charge({"AmazonEC2", "99", "2024-05-02"});
    world.charge({"AmazonEC2", "-100", "2024-05-03", "Credit"});
    world.charge({"AmazonEC2", "50", "2024-06-02"});
    world.charge({"AmazonEC2", "20", "2024-06-12"});
    credits::Usage usage;
    const auto book = book_of(
        world, [&usage](const auto& bill, const auto& cells, const auto& states) { usage.add(bill, cells, states); });
    const auto compared = [&](const char* month, const char* amount) {
      const auto found = usage.against_history(history_of(month, amount), book);
      REQUIRE(found.has_value());
      CHECK(found->any == told);
      CHECK(found->unknown_months.size() == (told ? 0 : 1));
      return found->differences.size();
    };
    CHECK(compared("2024-05", "100.00") == 0);
    CHECK(compared("2024-06", "70.00") == 0);
    CHECK(compared("2024-05", "90.00") == (told ? 1 : 0));
    const auto bills = usage.against_bills(book);
    CHECK(bills.unknown_months.size() == (told ? 0 : 2));
    CHECK(bills.differences.size() == (told ? 1 : 0));  // June's bill has no Credit lines yet.
  }
}

TEST_CASE("Months that AWS couldn't give aren't compared, and named") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AmazonEC2", "100", "2024-05-02"});
  credits::Usage usage;
  const auto book = book_of(
      world, [&usage](const auto& bill, const auto& cells, const auto& states) { usage.add(bill, cells, states); });
  const auto history = [&](const std::string& json) {
    const auto found = usage.against_history(json, book);
    REQUIRE(found.has_value());
    Texts texts;
    for (const credits::Difference& one : found->differences) texts.push_back(std::string{one.what} + " " + one.month);
    texts.push_back(found->any ? "compared" : "nothing");
    return texts;
  };
  const std::string entry =
      R"({"accountId":"111122223333","appliedServiceName":"Amazon Elastic Compute Cloud","billingMonth":"2024-05","creditId":"1","creditAmount":{"amount":"-90"}})";
  CHECK(history(R"({"creditAllocationHistoryList":[)" + entry + "]}") == Texts{"used 2024-05", "compared"});
  CHECK(history(R"({"failedMonths":["2024-05"],"creditAllocationHistoryList":[)" + entry + "]}") ==
        Texts{"failed-month 2024-05", "nothing"});
  CHECK(
      history(
          R"({"creditAllocationHistoryList":[],"failedMonths":[{"billingMonth":"2024-04"}],"partialResults":true,"nextToken":"x"})") ==
      Texts{"failed-month 2024-04", "partial-results ", "more-pages ", "nothing"});
}

namespace {

// `account name used` of each credit that only bills tell of.
Texts billed_credits(CreditWorld& world) {
  credits::CreditLines lines;
  const auto book =
      book_of(world, [&lines](const auto& bill, const auto& cells, const auto&) { lines.add(bill, cells); });
  Texts texts;
  for (const credits::BilledCredit& one : lines.unexplained(book)) {
    texts.push_back(one.account + " " + one.name + " " + one.total().text());
  }
  return texts;
}

credits::ChargeCell credit_line(std::string name, std::string_view amount, std::string account = "111122223333") {
  credits::ChargeCell made;
  made.account = std::move(account);
  made.service = "AmazonEC2";
  made.usage_type = std::move(name);
  made.line_type = "Credit";
  made.entity = "AWS";
  made.day = date("2024-05-02");
  made.amount = dollars(amount);
  made.lines = 1;
  return made;
}

}  // namespace

TEST_CASE("Credit lines tell what is known of accounts without facts") {
  CreditWorld world;
  auto& bill = world.bills[{"111122223333", *text::Month::parse("2024-05")}];
  bill = {credit_line("Activate 1234567890 of 2024", "-5"), credit_line("BoxUsage", "-1"),
          credit_line("A promotion", "-2"), credit_line("Activate 1234567890 of 2024", "1")};
  CHECK(billed_credits(world) ==
        Texts{"111122223333  1.00", "111122223333 1234567890 4.00", "111122223333 A promotion 2.00"});
  world.issue("2024-05-01", "1", "1000");
  CHECK(billed_credits(world).empty());
}

TEST_CASE("A payer's known credit explains the lines of linked accounts that are about it, and no others") {
  const std::string linked = "444455556666";
  const auto told = [&](bool pays) {
    CreditWorld world;
    auto& bill = world.bills[{"111122223333", *text::Month::parse("2024-05")}];
    bill = {credit_line("AWS Activate, credit ID: 700123456", "-5", linked),
            credit_line("Migration, credit ID: 700999999", "-3", linked), credit_line("A promotion", "-2", linked),
            credit_line("A promotion", "-1")};
    if (pays) world.charge({"AmazonEC2", "10", "2024-05-02", "Usage", "Use", linked}, "111122223333");
    world.issue("2024-05-01", "700123456", "1000");
    return billed_credits(world);
  };
  CHECK(told(false) == Texts{linked + " 700999999 3.00", linked + " A promotion 2.00"});
  // What the ledger has the payer's credit pay is what a line without an ID may be about.
  CHECK(told(true) == Texts{linked + " 700999999 3.00"});
}
