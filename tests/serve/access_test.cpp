// Who is let in by a request's head: hosts, origins, tokens, and what they may.
#include "serve/access.h"

#include <doctest/doctest.h>

#include "serve/token_edit.h"
#include "tests/support/admitted.h"

using namespace trailkeeper;
using namespace trailkeeper::serve;
using tests::Door;
using tests::SilentConnection;

namespace {

using Header = std::pair<std::string, std::string>;

RequestHead head_of(const std::string& method, const std::string& target, const std::vector<Header>& headers) {
  RequestHead head;
  head.method = method;
  head.path = target.substr(0, target.find('?'));
  if (target.find('?') != std::string::npos) head.query = target.substr(target.find('?') + 1);
  for (const auto& [name, value] : headers) head.headers.insert(name, value);
  return head;
}

// 200 where a request is let in, else the refusal's status.
int status_of(const Access& access, const RequestHead& head, const Connection& connection = SilentConnection{}) {
  const auto decided = access.admit(head, connection);
  const Refused* const why = std::get_if<Refused>(&decided);
  return why == nullptr ? 200 : why->status;
}

struct Target {
  const char* method;
  const char* target;
};

constexpr Target kTargets[] = {{"GET", "/healthz"},
                               {"GET", "/readyz"},
                               {"GET", "/metrics"},
                               {"GET", "/"},
                               {"GET", "/nothing/there"},
                               {"POST", "/"},
                               {"POST", "/PutAuditEvents"},
                               {"POST", "/v1/events"},
                               {"GET", "/v1/events?limit=1"},
                               {"GET", "/v1/events/some-id"},
                               {"GET", "/v1/count"},
                               {"GET", "/v1/tail"},
                               {"POST", "/_bulk"},
                               {"POST", "/index/_bulk"},
                               {"PUT", "/_index_template/x"},
                               {"POST", "/services/collector/event"},
                               {"GET", "/services/collector/health"},
                               {"POST", "/firehose"},
                               {"OPTIONS", "/v1/events"},
                               {"DELETE", "/v1/events"}};

}  // namespace

TEST_CASE("access: a name that isn't the server's opens no route, from this machine, without a token") {
  const Door door;
  for (const Target& target : kTargets) {
    for (const char* host : {"evil.example", "evil.example:8417", "127.0.0.1.evil.example", "localhost.evil.example",
                             "10.0.0.1", "evillocalhost", "[::2]:8417", "0.0.0.0:8417"}) {
      CAPTURE(target.target);
      CAPTURE(host);
      CHECK(status_of(door.access(), head_of(target.method, target.target, {{"Host", host}})) == 403);
    }
  }
}

TEST_CASE("access: loopback's names and those that are configured are the server's") {
  ServerOptions options;
  options.host_names = {"Keeper.example.com", "*.trail.example"};
  const Door door{options};
  for (const char* host :
       {"127.0.0.1", "127.0.0.1:8417", "localhost", "LocalHost:1", "localhost.", "keeper.localhost:80", "[::1]:8417",
        "[::1]", "127.1.2.3", "keeper.example.com:443", "a.trail.example"}) {
    CAPTURE(host);
    CHECK(status_of(door.access(), head_of("GET", "/v1/count", {{"Host", host}})) == 200);
  }
  for (const char* host :
       {"example.com", "a.b.trail.example", ".trail.example", "trail.example", "x.keeper.example.com"}) {
    CAPTURE(host);
    CHECK(status_of(door.access(), head_of("GET", "/v1/count", {{"Host", host}})) == 403);
  }
  CHECK(status_of(door.access(), head_of("GET", "/v1/count", {})) == 200);
}

TEST_CASE("access: one Host, and one that can be read") {
  const Door door;
  CHECK(status_of(door.access(), head_of("GET", "/v1/count", {{"Host", "localhost"}, {"Host", "localhost"}})) == 400);
  CHECK(status_of(door.access(), head_of("GET", "/v1/count", {{"Host", "evil.example"}, {"Host", "localhost"}})) ==
        400);
  for (const char* host : {"localhost:port", "localhost:1:2", "[::1", "[::1]x", ":80", "localhost:123456", "[::1%evil]",
                           "[::1%25lo]:8417", "evil/.localhost", "evil@127.0.0.1", "ev\xc3\xacl.localhost"}) {
    CAPTURE(host);
    CHECK(status_of(door.access(), head_of("GET", "/v1/count", {{"Host", host}})) == 400);
  }
}

TEST_CASE("access: what a browser sends for another origin's page opens no route, with a token or without") {
  Door door;
  const auto check = [&](const std::vector<Header>& more, bool foreign) {
    for (const Target& target : kTargets) {
      std::vector<Header> headers{{"Host", "127.0.0.1:8417"}};
      headers.insert(headers.end(), more.begin(), more.end());
      CAPTURE(target.target);
      CAPTURE(more.front().second);
      const auto decided = door.access().admit(head_of(target.method, target.target, headers), SilentConnection{});
      const Refused* const why = std::get_if<Refused>(&decided);
      CHECK((why != nullptr && why->foreign) == foreign);
    }
  };
  check({{"Origin", "http://evil.example"}}, true);
  check({{"Origin", "null"}}, true);
  check({{"Origin", "http://127.0.0.1:8418"}}, true);
  check({{"Origin", "http://localhost:8417"}}, true);
  check({{"Origin", "chrome-extension://abc"}}, true);
  check({{"Origin", ""}}, true);
  check({{"Origin", "http://127.0.0.1:8417"}, {"Origin", "http://evil.example"}}, true);
  check({{"Sec-Fetch-Site", "cross-site"}}, true);
  check({{"Sec-Fetch-Site", "same-site"}}, true);
  check({{"Sec-Fetch-Site", "what-comes-next"}}, true);
  check({{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "cross-site"}}, true);
  check({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "http://127.0.0.1:8417"}}, false);
  check({{"Sec-Fetch-Site", "none"}}, false);
  const std::string secret = door.token("all", {Right::ingest, Right::query, Right::reveal, Right::admin});
  check({{"Origin", "http://evil.example"}, {"Authorization", "Bearer " + secret}}, true);
}

TEST_CASE("access: from beyond this machine a token makes up for a name that isn't known, and nothing else does") {
  Door door;
  const std::string secret = door.token("reader", {Right::query});
  const RequestHead with =
      head_of("GET", "/v1/count", {{"Host", "keeper.example"}, {"Authorization", "Bearer " + secret}});
  const RequestHead without = head_of("GET", "/v1/count", {{"Host", "keeper.example"}});
  const SilentConnection remote{"203.0.113.5", "192.0.2.1"};
  CHECK(status_of(door.access(), with, remote) == 200);
  CHECK(status_of(door.access(), without, remote) == 403);
  CHECK(status_of(door.access(), with, SilentConnection{}) == 403);
  CHECK(status_of(door.access(), head_of("GET", "/v1/count", {{"Host", "192.0.2.1:8417"}}), remote) == 401);
}

TEST_CASE("access: nobody reveals without a token that may, also where no token is needed otherwise") {
  Door door;
  for (const char* target : {"/v1/events?reveal=true", "/v1/events?%72eveal=true", "/v1/events/id?reveal=true",
                             "/v1/events?reveal=false&reveal=true"}) {
    CAPTURE(target);
    CHECK(status_of(door.access(), head_of("GET", target, {{"Host", "localhost"}})) == 401);
  }
  CHECK(status_of(door.access(), head_of("GET", "/v1/events?reveal=false", {{"Host", "localhost"}})) == 200);
  const std::string reader = door.token("reader", {Right::query});
  const std::string auditor = door.token("auditor", {Right::query, Right::reveal});
  const auto ask = [&](const std::string& secret) {
    return status_of(door.access(), head_of("GET", "/v1/events?reveal=true", {{"Authorization", "Bearer " + secret}}));
  };
  CHECK(ask(reader) == 403);
  CHECK(ask(auditor) == 200);
}

TEST_CASE("access: the right that a route needs") {
  Door door;
  const Header sender{"Authorization", "Bearer " + door.token("sender", {Right::ingest})};
  const Header reader{"Authorization", "Bearer " + door.token("reader", {Right::query})};
  for (const char* path :
       {"/v1/events", "/_bulk", "/a/_bulk", "/services/collector", "/services/collector/raw", "/firehose"}) {
    CAPTURE(path);
    CHECK(status_of(door.access(), head_of("POST", path, {})) == 401);
    CHECK(status_of(door.access(), head_of("POST", path, {reader})) == 403);
    CHECK(status_of(door.access(), head_of("POST", path, {sender})) == 200);
  }
  for (const char* path : {"/v1/events", "/v1/events/x", "/v1/count", "/v1/tail"}) {
    CAPTURE(path);
    CHECK(status_of(door.access(), head_of("GET", path, {})) == 401);
    CHECK(status_of(door.access(), head_of("GET", path, {sender})) == 403);
    CHECK(status_of(door.access(), head_of("GET", path, {reader})) == 200);
  }
  CHECK(status_of(door.access(), head_of("DELETE", "/v1/count", {reader})) == 405);
  CHECK(status_of(door.access(), head_of("GET", "/metrics", {})) == 200);
  CHECK(status_of(door.access(), head_of("GET", "/metrics", {}), SilentConnection{"203.0.113.5", "192.0.2.1"}) == 401);
}

TEST_CASE("access: an unknown access key is refused by the head alone") {
  Door door;
  door.token("any", {Right::query});
  for (const char* target : {"/PutAuditEvents", "/"}) {
    const Header signature{"Authorization",
                           "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240501/us-east-1/cloudtrail-data/aws4_request, "
                           "SignedHeaders=host;x-amz-date, Signature=00"};
    const std::vector<Header> headers{
        {"X-Amz-Target", "x.LookupEvents"}, {"X-Amz-Date", "20240501T100000Z"}, signature};
    const auto decided = door.access().admit(head_of("POST", target, headers), SilentConnection{});
    const Refused* const why = std::get_if<Refused>(&decided);
    REQUIRE(why != nullptr);
    CHECK(why->signature == SignatureProblem::unrecognized);
  }
}

TEST_CASE("access: an admission ends with its token") {
  Door door;
  const std::string secret = door.token("reader", {Right::query});
  const auto decided =
      door.access().admit(head_of("GET", "/v1/tail", {{"Authorization", "Bearer " + secret}}), SilentConnection{});
  REQUIRE(std::holds_alternative<Admission>(decided));
  const auto& admission = std::get<Admission>(decided);
  CHECK(admission.holds());
  CHECK(admission.token_name() == "reader");
  door.token("other", {Right::query});
  CHECK(admission.holds());
  CHECK(revoke_token(door.path(), "reader"));
  door.tokens().reload();
  CHECK_FALSE(admission.holds());
}

TEST_CASE("access: who came in while there was no token goes once there is one") {
  Door door;
  const auto decided = door.access().admit(head_of("GET", "/v1/tail", {}), SilentConnection{});
  REQUIRE(std::holds_alternative<Admission>(decided));
  CHECK(std::get<Admission>(decided).holds());
  door.token("reader", {Right::query});
  CHECK_FALSE(std::get<Admission>(decided).holds());
}
