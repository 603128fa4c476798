// What the store knows to be confidential, and that no question tells of it.
#include "query/known_secrets.h"

#include <doctest/doctest.h>

#include "query/count.h"
#include "query/ledger/credit_ledger.h"
#include "query/retention.h"
#include "query/shown_event.h"
#include "tests/support/filled_store.h"

using namespace trailkeeper;
using query::FilterField;
using tests::FilledStore;

namespace {

int numbered = 0;

std::string event_json(const std::string& source, const std::string& name, const std::string& more) {
  const std::string id = std::to_string(100'000 + ++numbered);
  return R"({"eventTime":"2024-05-01T10:00:00Z","eventID":"00000000-0000-4000-8000-000000)" + id +
         R"(","eventSource":")" + source + R"(","eventName":")" + name + R"(",)" + more + "}";
}

std::string other(const std::string& agent) {
  return event_json("s3.amazonaws.com", "PutObject",
                    R"("userAgent":")" + agent + R"(","requestParameters":{"bucketName":")" + agent + "\"}");
}

std::string form(const std::string& parameters) {
  return event_json("activate.amazonaws.com", "CreateForm", R"("requestParameters":)" + parameters);
}

std::uint64_t count(store::Store& store, FilterField field, const std::string& text, bool as_stored = false) {
  query::Filter filter;
  filter.add(field, text);
  filter.as_stored = as_stored;
  return query::count_events(store.snapshot(), filter, {}).front().count;
}

bool hides(store::Store& store, const std::string& text) {
  const store::Snapshot snapshot = store.snapshot();
  return query::ShownEvents{snapshot}.text(text) != text;
}

}  // namespace

TEST_CASE(
    "R20: an Org ID is known from the commit on that names it, to whoever writes and reads, also of events before") {
  FilledStore filled;
  query::keep_secrets(filled.store);
  filled.add({other("0Xy12")});
  CHECK_FALSE(hides(filled.store, "0Xy12"));
  CHECK(count(filled.store, FilterField::user_agent, "0Xy12") == 1);
  filled.add({form(R"({"orgId":"0Xy12"})"), form(R"({"a":["orgId"]})")});
  CHECK(hides(filled.store, "0Xy12"));
  for (const FilterField field : {FilterField::user_agent, FilterField::resource}) {
    for (const std::string text : {"0Xy12", "0Xy*", "*y12", "0Xy1?"}) CHECK(count(filled.store, field, text) == 0);
    CHECK(count(filled.store, field, "org-*") == 1);
    CHECK(count(filled.store, field, "0Xy*", true) == 1);
  }
  query::CountRequest by_agent;
  by_agent.by = {"user-agent"};
  for (const auto& row : query::count_events(filled.store.snapshot(), {}, by_agent))
    CHECK(row.values.front().value_or("") != "0Xy12");
}

TEST_CASE("R20: what older versions took in is looked through: by readers each time, by the next writer once") {
  FilledStore filled;  // Nobody finds secrets here.
  filled.add({form(R"({"orgId":"0Xy12"})"), other("0Xy12")});
  CHECK(filled.store.snapshot().secrets()->words.empty());
  CHECK(hides(filled.store, "0Xy12"));
  query::keep_secrets(filled.store);
  CHECK(filled.store.snapshot().secrets()->words.find("0Xy12"));
  CHECK(filled.store.snapshot().secrets()->looked_for != 0);
  CHECK(hides(filled.store, "0Xy12"));
  // Again a version that doesn't know of them.
  filled.store.find_secrets(nullptr);
  filled.add({form(R"({"orgId":"Zz99x"})")});
  CHECK(filled.store.snapshot().secrets()->looked_for == 0);
  CHECK(hides(filled.store, "Zz99x"));
}

TEST_CASE("R20: settings that say where Org IDs stand hold for events that are there") {
  FilledStore filled;
  query::keep_secrets(filled.store);
  filled.add({form(R"({"partner":"0Xy12"})"), other("0Xy12")});
  CHECK_FALSE(hides(filled.store, "0Xy12"));
  const std::string settings = R"({"facts":{"CreateForm":{"orgId":["requestParameters.partner"]}}})";
  REQUIRE(query::load_credit_settings(filled.store, filled.writer, settings, "file", 1700000000000).has_value());
  CHECK(filled.store.snapshot().secrets()->words.find("0Xy12"));
  filled.add({form(R"({"partner":"Zz99x"})")});
  CHECK(hides(filled.store, "Zz99x"));
  // Later settings don't make it public.
  REQUIRE(query::load_credit_settings(filled.store, filled.writer, "{}", "file", 1700000000001).has_value());
  filled.add({form(R"({"partner":"Ww33v"})")});
  CHECK(hides(filled.store, "0Xy12"));
  CHECK(hides(filled.store, "Ww33v"));
}

TEST_CASE("R20: what was known stays known when retention removes the events that said so") {
  FilledStore filled;
  query::keep_secrets(filled.store);
  filled.add({form(R"({"orgId":"0Xy12"})"), other("x")});
  query::RetentionRequest request;
  request.now = 1800000000000;
  request.before = 1790000000000;
  CHECK(query::apply_retention(filled.store, filled.writer, request).events == 2);
  CHECK(hides(filled.store, "0Xy12"));
}
