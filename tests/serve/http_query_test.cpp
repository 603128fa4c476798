// GET /v1/events, /v1/count and /v1/events/{eventID}, without sockets.
#include "serve/http_query.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/filled_store.h"
#include "tests/support/random_event.h"

using namespace trailkeeper;
using namespace trailkeeper::serve;
using namespace trailkeeper::tests;

namespace {

constexpr text::Timestamp kNow = 1'714'644'000'000;

std::string body(QueryAnswer& answer) {
  if (!answer.stream) return answer.body;
  std::string all;
  while (auto chunk = answer.stream->next()) all += *chunk;
  return all;
}

QueryAnswer get(FilledStore& filled, std::string_view path, std::string_view query = "") {
  static query::MemoryBudget memory{std::size_t{64} << 20};
  auto answer = answer_query(filled.store, memory, path, query, kNow);
  REQUIRE(answer.has_value());
  return std::move(*answer);
}

std::string ok(FilledStore& filled, std::string_view path, std::string_view query = "") {
  QueryAnswer answer = get(filled, path, query);
  CHECK(answer.status == 200);
  return body(answer);
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string event_of(int number, const std::string& members) {
  char head[120];
  std::snprintf(head, sizeof head,
                R"({"eventTime":"2024-05-01T10:00:%02dZ","eventID":"00000000-0000-4000-8000-%012d",)", number % 60,
                number);
  return head + members + "}";
}

}  // namespace

TEST_CASE("events are lines, whole and as stored, newest first; filters have the CLI's names") {
  FilledStore filled;
  const std::string a = event_of(1, R"("eventName":"PutObject","readOnly":false,"sourceIPAddress":"203.0.113.7")");
  const std::string b = event_of(2, R"("eventName":"Get Program","readOnly":true,"sourceIPAddress":"198.51.100.1")");
  filled.add({a, b});
  CHECK(ok(filled, "/v1/events") == b + "\n" + a + "\n");
  CHECK(get(filled, "/v1/events").content_type == "application/x-ndjson");
  CHECK(ok(filled, "/v1/events", "order=oldest") == a + "\n" + b + "\n");
  CHECK(ok(filled, "/v1/events", "limit=1") == b + "\n");
  CHECK(ok(filled, "/v1/events", "limit=0").empty());
  CHECK(ok(filled, "/v1/events", "name=Put*") == a + "\n");
  CHECK(ok(filled, "/v1/events", "name=Get+Program") == b + "\n");
  CHECK(ok(filled, "/v1/events", "name=Get%20Program&name=PutObject") == b + "\n" + a + "\n");
  CHECK(ok(filled, "/v1/events", "ip=203.0.113.0/24") == a + "\n");
  CHECK(ok(filled, "/v1/events", "read-only=true") == b + "\n");
  CHECK(ok(filled, "/v1/events", "read_only") == b + "\n");
  CHECK(ok(filled, "/v1/events", "read_only=false") == a + "\n");
  CHECK(ok(filled, "/v1/events", "write-only") == a + "\n");
  CHECK(ok(filled, "/v1/events", "since=2024-05-01T10:00:02Z") == b + "\n");
  CHECK(ok(filled, "/v1/events", "until=2024-05-01T10:00:02Z") == a + "\n");
  CHECK(ok(filled, "/v1/events", "since=23h&until=now").empty());
  CHECK(ok(filled, "/v1/events", "event_id=00000000-0000-4000-8000-000000000001") == a + "\n");
}

TEST_CASE("fields: names are texts, paths keep their type, what an event lacks is null") {
  FilledStore filled;
  filled.add(
      {event_of(1, R"("eventName":"A","userIdentity":{"type":"Root"},"requestParameters":{"n": 7, "l": [1, 2]})")});
  CHECK(
      ok(filled, "/v1/events", "fields=time,name,user,requestParameters.n,requestParameters.l,errorCode") ==
      R"({"time":"2024-05-01T10:00:01Z","name":"A","user":"root","requestParameters.n":7,"requestParameters.l":[1,2],"errorCode":null})"
      "\n");
}

TEST_CASE("an event laid out over lines comes on one") {
  FilledStore filled;
  const std::string id = "\"eventID\":\"00000000-0000-4000-8000-000000000001\"";
  filled.add({"{\n \"eventTime\":\"2024-05-01T10:00:00Z\",\n " + id + ",\n \"eventName\":\"A\"\n}"});
  const std::string line = R"({"eventTime":"2024-05-01T10:00:00Z",)" + id + ",\"eventName\":\"A\"}\n";
  CHECK(ok(filled, "/v1/events") == line);
  CHECK(ok(filled, "/v1/events/00000000-0000-4000-8000-000000000001") == line);
}

TEST_CASE("a stream goes on through commits and merges without repeating or skipping, holding no snapshot") {
  for (const char* order : {"order=newest", "order=oldest"}) {
    FilledStore filled;
    RandomEvents random{31};
    const auto fill = [&](int count) {
      std::vector<std::string> events;
      for (int i = 0; i < count; ++i) events.push_back(random.event());
      filled.add(events);
    };
    for (int i = 0; i < 4; ++i) fill(1000);
    const std::string before = ok(filled, "/v1/events", order);
    REQUIRE(lines(before) == 4000);
    QueryAnswer answer = get(filled, "/v1/events", order);
    std::string during;
    int chunks = 0;
    while (auto chunk = answer.stream->next()) {
      during += *chunk;
      CHECK(chunk->size() < 1'100'000);
      fill(10);
      filled.writer.merge_once(true);
      ++chunks;
    }
    CHECK(chunks > 2);
    std::vector<std::string> all;
    for (std::size_t begin = 0; begin < during.size();) {
      const std::size_t end = during.find('\n', begin);
      all.push_back(during.substr(begin, end - begin));
      begin = end + 1;
    }
    std::sort(all.begin(), all.end());
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
    for (std::size_t begin = 0; begin < before.size();) {
      const std::size_t end = before.find('\n', begin);
      const bool found = std::binary_search(all.begin(), all.end(), before.substr(begin, end - begin));
      CHECK(found);
      begin = end + 1;
    }
  }
}

TEST_CASE("limit counts over all chunks") {
  FilledStore filled;
  RandomEvents random{32};
  std::vector<std::string> events;
  for (int i = 0; i < 1500; ++i) events.push_back(random.event());
  filled.add(events);
  CHECK(lines(ok(filled, "/v1/events", "limit=1234")) == 1234);
  CHECK(lines(ok(filled, "/v1/events", "limit=99999")) == 1500);
}

TEST_CASE("count") {
  FilledStore filled;
  filled.add({event_of(1, R"("eventName":"A","errorCode":"E")"), event_of(2, R"("eventName":"A")"),
              event_of(3, R"("eventName":"B")")});
  CHECK(ok(filled, "/v1/count") == "[{\"count\":3}]\n");
  CHECK(ok(filled, "/v1/count", "name=A&by=name,error") ==
        "[{\"name\":\"A\",\"error\":null,\"count\":1},\n{\"name\":\"A\",\"error\":\"E\",\"count\":1}]\n");
  CHECK(ok(filled, "/v1/count", "by=name&top=1") == "[{\"name\":\"A\",\"count\":2}]\n");
  CHECK(ok(filled, "/v1/count", "per=day") == "[{\"day\":\"2024-05-01\",\"count\":3}]\n");
  CHECK(ok(filled, "/v1/count", "name=none&by=name") == "[]\n");
}

TEST_CASE("one event by its ID") {
  FilledStore filled;
  const std::string json = event_of(1, R"("eventName":"A")");
  filled.add({json});
  CHECK(ok(filled, "/v1/events/00000000-0000-4000-8000-000000000001") == json + "\n");
  CHECK(ok(filled, "/v1/events/00000000%2D0000-4000-8000-000000000001") == json + "\n");
  CHECK(get(filled, "/v1/events/00000000-0000-4000-8000-000000000002").status == 404);
  CHECK(get(filled, "/v1/events/").status == 404);
  CHECK(get(filled, "/v1/events/%zz").status == 404);
  CHECK(get(filled, "/v1/events/00000000-0000-4000-8000-000000000001", "limit=1").status == 400);
}

TEST_CASE("what is wrong with a request is named, with status 400") {
  FilledStore filled;
  struct Case {
    const char* path;
    const char* query;
    const char* named;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"/v1/events", "nmae=x", "nmae"},
           {"/v1/events", "no_such=1", "no_such"},
           {"/v1/events", "by=name", "by"},
           {"/v1/count", "limit=1", "limit"},
           {"/v1/events", "limit=-1", "limit"},
           {"/v1/events", "limit=", "limit"},
           {"/v1/events", "limit=99999999999999999999", "limit"},
           {"/v1/events", "order=up", "newest, oldest"},
           {"/v1/count", "per=week", "hour, day, month"},
           {"/v1/events", "since=yesterday", "since"},
           {"/v1/events", "ip=1.2.3.4/99", "CIDR"},
           {"/v1/events", "read-only=maybe", "read-only"},
           {"/v1/events", "read-only&write-only", "exclude"},
           {"/v1/events", "fields=nmae", "did you mean 'name'"},
           {"/v1/events", "fields=", "fields"},
           {"/v1/count", "by=name,,user", "by"},
           {"/v1/events", "name=%4", "%-escape"},
           {"/v1/events", "name=%zz", "%-escape"},
       }) {
    CAPTURE(c.query);
    const QueryAnswer answer = get(filled, c.path, c.query);
    CHECK(answer.status == 400);
    CHECK(answer.body.starts_with("{\"error\":{\"message\":"));
    CHECK(answer.body.find(c.named) != std::string::npos);
  }
}

TEST_CASE("other paths are somebody else's") {
  FilledStore filled;
  for (const char* path : {"/", "/v1", "/v1/event", "/v1/eventsx", "/v1/count/", "/v2/events", ""}) {
    CAPTURE(path);
    query::MemoryBudget memory{1000};
    CHECK(!answer_query(filled.store, memory, path, "", kNow).has_value());
  }
}

TEST_CASE("fields: the verdict on an event, and the addendum that replaced it, as `events --fields` gives them") {
  FilledStore filled;
  filled.add({event_of(1, R"("eventSource":"s3.amazonaws.com","eventName":"PutObject","requestID":"R1")"),
              event_of(2, R"("eventSource":"s3.amazonaws.com","eventName":"PutObject","requestID":"R1","addendum":)"
                          R"({"reason":"UPDATED_DATA","originalEventID":"00000000-0000-4000-8000-000000000001"})")});
  CHECK(ok(filled, "/v1/events", "order=oldest&fields=superseded,verdict,eventName") ==
        R"({"superseded":"00000000-0000-4000-8000-000000000002","verdict":"superseded","eventName":"PutObject"})"
        "\n"
        R"({"superseded":null,"verdict":"not-applicable","eventName":"PutObject"})"
        "\n");
  CHECK(get(filled, "/v1/count", "by=superseded").status == 400);
}

TEST_CASE("an answer by verdict says of how many events it is unknown") {
  FilledStore filled;
  filled.add({event_of(1, R"("eventName":"ListUsers","eventSource":"iam.amazonaws.com","eventType":"AwsApiCall",)"
                          R"("recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","userName":"ann",)"
                          R"("accountId":"111122223333","arn":"arn:aws:iam::111122223333:user/ann"})")});
  for (const std::string_view path : {"/v1/events", "/v1/count"}) {
    CAPTURE(path);
    const QueryAnswer answer = get(filled, path, "verdict=not-granted");
    REQUIRE(answer.notes.size() == 1);
    CHECK(answer.notes[0].starts_with("1 event is unknown: no policies of account 111122223333 are loaded; load"));
    CHECK(get(filled, path).notes.empty());
  }
}
