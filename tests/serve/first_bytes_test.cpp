// What a connection speaks, told by its first bytes.
#include "serve/first_bytes.h"

#include <doctest/doctest.h>

#include <string>

using namespace trailkeeper::serve;

namespace {

// The decision, and that no beginning of the same bytes is decided otherwise.
Foreign told(const std::string& bytes) {
  const Foreign whole = foreign_protocol(bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Foreign part = foreign_protocol(bytes.substr(0, size));
    const bool fits = part == whole || part == Foreign::undecided;
    CHECK(fits);
  }
  return whole;
}

}  // namespace

TEST_CASE("first bytes: a request line is HTTP, whatever its method and target") {
  for (const char* line :
       {"GET / HTTP/1.1\r\n", "POST /v1/events HTTP/1.1\r\n", "OPTIONS * HTTP/1.1\r\n", "CONNECT h:1 HTTP/1.1\r\n",
        "M-SEARCH * HTTP/1.1\r\n", "20 /x HTTP/1.1\r\n", "get / HTTP/1.0\n", "GET http://evil.example/ HTTP/1.1\r\n",
        "\r\n\r\nPOST / HTTP/1.1\r\n", "PATCH /%7b%22a HTTP/1.1\r\n", "GET /\xc3\xa9 HTTP/1.1\r\n",
        "POST /{\"eventName\":1} HTTP/1.1\r\n", "PRI * HTTP/1.1\r\n"}) {
    CAPTURE(line);
    CHECK(told(line) == Foreign::http);
  }
  CHECK(told("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == Foreign::http2);
  CHECK(foreign_protocol("GET /" + std::string(20'000, 'x')) == Foreign::http);
}

TEST_CASE("first bytes: a TLS handshake") {
  CHECK(told("\x16\x03\x01\x02") == Foreign::tls);
  CHECK(told("\x16\x04") == Foreign::no);
}

TEST_CASE("first bytes: what senders of raw protocols say is none of these") {
  for (const char* text : {"{\"eventName\":\"x\"}\n", "[{}]", " {}", "\n\n{}", "\xef\xbb\xbf{}", "\x1e{}",
                           "<13>1 - h a - - - {}", "20 <13>1 - h a - - - {}", "<13>GET / HTTP/1.1", "hello world\n",
                           "su /root on pts/0\n", "GET /\n", "app: {\"a\":1}", "\x93\xa3tag",
                           "127.0.0.1 - - \"GET / HTTP/1.1\" 200\n", "GET  / HTTP/1.1\r\n", "\"GET / HTTP/1.1\"\n"}) {
    CAPTURE(text);
    CHECK(told(text) == Foreign::no);
  }
  CHECK(foreign_protocol(std::string(20'000, '\n')) == Foreign::no);
  CHECK(foreign_protocol(std::string(100, 'x')) == Foreign::no);
}
