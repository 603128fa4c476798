// Syslog over TCP, as rsyslog, syslog-ng and older senders write it.
#include "ingest/wire/syslog.h"

#include <doctest/doctest.h>

#include <random>
#include <utility>

#include "tests/support/fed.h"

using namespace trailkeeper;
using namespace trailkeeper::ingest;
using event::Reason;

namespace {

using Texts = std::vector<std::pair<std::string, Reason>>;

struct Decoded {
  Texts texts;
  std::string broken;
  std::uint64_t dropped = 0;
};

template <typename Step>
Decoded decoded_in(std::string_view bytes, Step step) {
  SyslogDecoder decoder;
  Delivery delivery;
  std::string broken;
  REQUIRE(tests::feed(bytes, step, [&](std::string_view window, bool last) {
    // Exactly the window on the heap, so that a sanitizer sees reads past it.
    const std::vector<char> copy{window.begin(), window.end()};
    // Each time another delivery, as in the server: a full one stops the decoder.
    std::size_t done = 0;
    bool full = true;
    while (full && broken.empty()) {
      Delivery piece;
      const auto more = decoder.decode({copy.data() + done, copy.size() - done}, last, piece);
      if (!more) broken = more.error().message;
      done += more ? *more : 0;
      full = piece.full();
      delivery.append(std::move(piece));
    }
    return broken.empty() ? done : window.size();
  }));
  Decoded result{{}, broken, decoder.dropped()};
  for (const Document& document : delivery.documents) {
    REQUIRE(document.begin < document.end);
    REQUIRE(document.end <= delivery.size);
    CHECK(document.item == 0);
    result.texts.emplace_back(delivery.bytes.substr(document.begin, document.end - document.begin), document.reason);
  }
  return result;
}

Decoded decoded(std::string_view bytes) {
  return decoded_in(bytes, [](std::size_t) { return std::size_t{1} << 30; });
}

// The only document of a line.
std::pair<std::string, Reason> document(std::string_view line) {
  const Texts texts = decoded(std::string{line} + "\n").texts;
  REQUIRE(texts.size() == 1);
  return texts.front();
}

std::string json(std::string_view line) {
  const auto [text, reason] = document(line);
  CHECK(reason == Reason::none);
  return text;
}

std::string counted(std::string_view message) { return std::to_string(message.size()) + " " + std::string{message}; }

const std::string kJson = R"({"eventName":"GetObject","a":[1,{"b":"] \" }"}]})";

}  // namespace

TEST_CASE("RFC 5424: the JSON is MSG, whatever stands in the header") {
  // rsyslog's RSYSLOG_SyslogProtocol23Format: its %msg% usually begins with a space of its own.
  CHECK(json("<13>1 2024-05-01T10:00:00.123456+00:00 host tag 77 - - " + kJson) == kJson);
  CHECK(json("<13>1 2024-05-01T10:00:00.123456+00:00 host tag - - -  " + kJson) == kJson);
  CHECK(json("<13>1 2024-05-01T10:00:00.123456+00:00 host tag - - -  @cee: " + kJson) == kJson);
  // syslog-ng's syslog() driver: structured data and a byte order mark.
  CHECK(json("<134>1 2024-05-01T10:00:00+00:00 host app 1 ID47 [meta sequenceId=\"1\"] \xEF\xBB\xBF" + kJson) == kJson);
  CHECK(json(R"(<134>1 - - - - - [a@1 b="{\"x\":1}" c="\]"][d e="] {"] )" + kJson) == kJson);
  CHECK(json("<0>1 - - - - - - " + kJson + " \r") == kJson);
  CHECK(json("<13>12 - - - - - - @cee:" + kJson) == kJson);
}

TEST_CASE("RFC 3164: the JSON follows the tag") {
  CHECK(json("<13>May  1 10:00:00 host tag[1]: " + kJson) == kJson);
  CHECK(json("<13>May 11 10:00:00 host tag: @cee: " + kJson) == kJson);
  CHECK(json("<13>May 11 10:00:00 host tag: @cee:" + kJson) == kJson);
  CHECK(json("<13>May 11 2024 10:00:00 host tag: " + kJson) == kJson);
  CHECK(json("<13>May  1 10:00:00 host tag:" + kJson) == kJson);
  CHECK(json("<13>May  1 10:00:00 fe80::1 tag[1]:" + kJson) == kJson);
  // rsyslog's RSYSLOG_ForwardFormat, and senders that leave out the host, the tag or everything.
  CHECK(json("<13>2024-05-01T10:00:00.123456+00:00 host tag: " + kJson) == kJson);
  CHECK(json("<13>May  1 10:00:00 tag: " + kJson) == kJson);
  CHECK(json("<13>May  1 10:00:00 " + kJson) == kJson);
  CHECK(json("<13>" + kJson) == kJson);
  CHECK(json("May  1 10:00:00 host tag: " + kJson) == kJson);
  CHECK(json(kJson) == kJson);
  CHECK(json("@cee: " + kJson) == kJson);
  CHECK(json("\xEF\xBB\xBF" + kJson) == kJson);
}

TEST_CASE("a message without JSON is kept whole, as rejected") {
  for (const std::string_view line : {
           "<13>May  1 10:00:00 host sshd[1]: Accepted publickey for anna",
           "<13>1 2024-05-01T10:00:00Z host app - - - started",
           "<13>1 2024-05-01T10:00:00Z host app - - [a b=\"{}\"]",
           "<13>1 2024-05-01T10:00:00Z host app - - [a b=\"{}",
           "<13>1 - - - - - -",
           "<13>",
           "<1234>x",
           "could not parse this {\"a\":1}",
           "<13>May  1 10:00:00 host app: could not parse {\"a\":1}",
           "word{\"a\":1}",
           "@cee:",
           "[1,2]",
           "0",
       }) {
    CAPTURE(line);
    const auto [text, reason] = document(line);
    CHECK(text == line);
    CHECK(reason == Reason::not_an_object);
  }
}

TEST_CASE("framing: octet counts and line feeds, mixed on one connection") {
  const std::string message = "<13>1 - - - - - - {\"a\":1}";
  CHECK(decoded(message + "\n" + message + "\r\n\n \n" + message).texts ==
        Texts(3, {"{\"a\":1}", Reason::none}));  // The end of the connection ends a line, too.
  CHECK(decoded(counted(message) + counted(message)).texts == Texts(2, {"{\"a\":1}", Reason::none}));
  CHECK(decoded(counted(message) + message + "\n" + counted(message) + "\n" + counted(message + "\n")).texts ==
        Texts(4, {"{\"a\":1}", Reason::none}));
  // What is counted may contain line feeds.
  CHECK(decoded(counted("<13>host app: {\n\"a\":\n1}\n") + counted("  ") + "\n").texts ==
        Texts{{"{\n\"a\":\n1}", Reason::none}});
  CHECK(decoded("").texts.empty());
}

TEST_CASE("framing: NUL ends a message as a line feed does") {
  const std::string message = "<14>{\"a\":1}";
  const std::string nul(1, '\0');
  const Texts expected(3, {"{\"a\":1}", Reason::none});
  CHECK(decoded(message + nul + message + nul + message + nul).texts == expected);
  CHECK(decoded(message + "\n" + nul + message + "\r\n" + nul + nul + message).texts == expected);
  // rsyslog's and Python's text messages.
  CHECK(decoded("<14>one" + nul + "<14>two\n<14>three" + nul).texts == Texts{{"<14>one", Reason::not_an_object},
                                                                             {"<14>two", Reason::not_an_object},
                                                                             {"<14>three", Reason::not_an_object}});
  // NUL can't be in JSON: what it cuts is broken, and nothing else is.
  CHECK(decoded("<14>{\"a\":\"" + nul + message + nul).texts ==
        Texts{{"{\"a\":\"", Reason::none}, {"{\"a\":1}", Reason::none}});
}

TEST_CASE("framing: without any, a message ends where its JSON text does") {
  const std::string headed = "<13>1 2024-05-01T10:00:00Z host tag 77 - - " + kJson;
  CHECK(decoded(headed + headed + "<13>May  1 10:00:00 host tag[1]:" + kJson + "<14>@cee: " + kJson + kJson).texts ==
        Texts(5, {kJson, Reason::none}));
  CHECK(decoded(kJson + counted(headed) + headed + " \r\n" + counted(headed)).texts == Texts(4, {kJson, Reason::none}));
  // It is there once nothing has followed for a while, not only when the next one is.
  SyslogDecoder decoder;
  Delivery delivery;
  CHECK(*decoder.decode(headed, false, delivery) == 0);
  CHECK(decoder.waits());
  decoder.rest();
  CHECK(*decoder.decode(headed, false, delivery) == headed.size());
  CHECK(delivery.documents.size() == 1);
  CHECK_FALSE(decoder.waits());
}

TEST_CASE("framing: words behind a connection's first JSON text are of its message, however the bytes come") {
  const std::string forged = kJson + " is no user";
  for (const std::string& end : {std::string{"\n"}, std::string(1, '\0'), std::string{}}) {
    const std::string bytes = "<13>sshd: " + forged + end;
    const Texts expected{{forged, Reason::none}};  // Batch rejects it.
    CHECK(decoded(bytes).texts == expected);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      CHECK(decoded_in(bytes, [cut](std::size_t before) { return before < cut ? cut - before : 1000; }).texts ==
            expected);
    }
  }
  // Where lines are messages nothing is taken before they end.
  SyslogDecoder decoder;
  Delivery delivery;
  const std::string line = "\n" + kJson;
  CHECK(*decoder.decode(line, false, delivery) == 1);
  CHECK_FALSE(decoder.waits());
}

TEST_CASE("framing: what stands behind a JSON text on its line is of its message") {
  for (const std::string behind :
       {"200 OK", "200", "2", "trailing text {\"a\":1}", "<x>", "<12", "<1234>x", "12 apples"}) {
    CAPTURE(behind);
    // Batch rejects it: somebody's words are in it.
    const std::string message = kJson + " " + behind;
    CHECK(decoded("<13>" + message + "\n<13>" + kJson).texts == Texts{{message, Reason::none}, {kJson, Reason::none}});
    // Where lines are messages, however the bytes come; a forged priority begins none either.
    const auto one = [](std::size_t) { return std::size_t{1}; };
    for (const std::string& line : {message, kJson + "<34>" + behind, kJson + "{" + behind}) {
      const Texts expected{{"<13>x", Reason::not_an_object}, {line, Reason::none}, {kJson, Reason::none}};
      CHECK(decoded_in("<13>x\n<13>" + line + "\n<13>" + kJson, one).texts == expected);
      CHECK(decoded("<13>x\n<13>" + line + "\n<13>" + kJson).texts == expected);
    }
  }
}

TEST_CASE("framing: JSON may be laid out over lines; broken JSON ends with its line") {
  const std::string laid_out = "{\n  \"a\": [\n{\"b\":\n 1},\r\n{}, 2,\n3\n],\n\"c\": true\n}";
  CHECK(decoded("<14>app: " + laid_out + "\n<14>app: " + laid_out + std::string(1, '\0') + laid_out).texts ==
        Texts(3, {laid_out, Reason::none}));
  for (const std::string broken : {"{\"a\":1,", "{\"a\":", "{\"a\":\"", "{\"a\":[1", "{"}) {
    CAPTURE(broken);
    for (const std::string& next : {"<13>" + kJson, "May  1 10:00:00 host tag: " + kJson, counted("<13>" + kJson)}) {
      CHECK(decoded("<13>" + broken + "\n" + next).texts == Texts{{broken, Reason::none}, {kJson, Reason::none}});
    }
  }
  CHECK(decoded("{\"a\":1\n" + kJson + "\n").texts == Texts{{"{\"a\":1", Reason::none}, {kJson, Reason::none}});
}

TEST_CASE("framing: what the connection's end cuts off is kept, as truncated") {
  const Texts texts = decoded("{\"a\":1}\n20 {\"b\":2}").texts;
  CHECK(texts == Texts{{"{\"a\":1}", Reason::none}, {"{\"b\":2}", Reason::truncated}});
  CHECK(decoded("20 ").texts.empty());
  CHECK(decoded("20").texts == Texts{{"20", Reason::truncated}});
}

TEST_CASE("framing: a count that isn't one breaks it, and what came before is kept") {
  const std::string too_large = std::to_string(SyslogDecoder::kMaxMessage + 1) + " {}";
  for (const std::string& bad : {std::string{"12x {}"}, std::string{"99999999999999999999999 {}"}, too_large}) {
    CAPTURE(bad);
    const Decoded result = decoded("7 {\"a\":1}" + bad + "\n{\"never\":1}\n");
    CHECK(result.texts == Texts{{"{\"a\":1}", Reason::none}});
    CHECK(!result.broken.empty());
    CHECK(result.dropped == (bad + "\n{\"never\":1}\n").size());
  }
  CHECK(decoded(std::to_string(SyslogDecoder::kMaxMessage) + " {}").broken.empty());
}

TEST_CASE("limits: the front of a line that is too long is kept, the rest passed over") {
  const std::string longest = "{\"a\":\"" + std::string(SyslogDecoder::kMaxMessage - 8, 'x') + "\"}";
  const std::string longer = "{\"a\":\"x" + longest.substr(6);
  const std::string bytes =
      longest + "\n" + longer + "\n" + longer.substr(0, longer.size() - 2) + longer + "\n{\"a\":1}\n" + longer;
  const Texts expected{{longest, Reason::none},
                       {longer.substr(0, SyslogDecoder::kKeptOfTooLong), Reason::too_large},
                       {longer.substr(0, SyslogDecoder::kKeptOfTooLong), Reason::too_large},
                       {"{\"a\":1}", Reason::none},
                       {longer.substr(0, SyslogDecoder::kKeptOfTooLong), Reason::too_large}};
  const std::string twice = longer.substr(0, longer.size() - 2) + longer.substr(6);
  const std::string text(SyslogDecoder::kMaxMessage + 1, 'x');
  const Texts expected_text{{text.substr(0, SyslogDecoder::kKeptOfTooLong), Reason::too_large},
                            {"{\"a\":1}", Reason::none}};
  for (const std::size_t size : {std::size_t{1} << 30, std::size_t{300001}}) {
    const auto step = [size](std::size_t) { return size; };
    CHECK((decoded_in(bytes, step).texts == expected));
    // Not framed at all: the JSON's end is found again.
    const Decoded unframed = decoded_in("<1>" + longer + "<1>{\"a\":1}<1>" + twice + "<1>{\"a\":1}", step);
    REQUIRE(unframed.texts.size() == 4);
    CHECK(unframed.texts[0].second == Reason::too_large);
    CHECK(unframed.texts[1] == std::pair{std::string{"{\"a\":1}"}, Reason::none});
    CHECK(unframed.texts[2].second == Reason::too_large);
    CHECK(unframed.texts[3] == unframed.texts[1]);
    CHECK(unframed.dropped == 6 + longer.size() + twice.size() - 2 * SyslogDecoder::kKeptOfTooLong);
    const Decoded line = decoded_in(text + std::string{"\0{\"a\":1}", 8}, step);
    CHECK((line.texts == expected_text));
    CHECK(line.dropped == text.size() - SyslogDecoder::kKeptOfTooLong);
  }
}

TEST_CASE("limits: a window of kMaxWindow bytes always gives up some") {
  for (const std::string& start : {std::to_string(SyslogDecoder::kMaxMessage) + " {", std::string{"{"}}) {
    SyslogDecoder decoder;
    Delivery delivery;
    const std::string window = start + std::string(SyslogDecoder::kMaxWindow - start.size(), '1');
    CHECK(*decoder.decode(window, false, delivery) > 0);
    CHECK(delivery.documents.size() == 1);
  }
}

TEST_CASE("however the bytes come, the documents are the same") {
  const std::string bytes = "<13>1 2024-05-01T10:00:00Z host tag - - - @cee: " + kJson + "\n" +
                            counted("<13>May  1 10:00:00 host tag[1]: " + kJson) + kJson + "\r\n\r\n" +
                            counted("no json") + "no json either\n" + counted("\n") +
                            "<1>{\n\"a\":1}\n<1>{\"b\":[\n{}]} 7\n<1>no" + std::string(1, '\0') +
                            "150 <13>1 - - - - - - {\"cut\":";
  const Decoded whole = decoded(bytes);
  CHECK(whole.texts.size() == 9);
  CHECK(decoded_in(bytes, [](std::size_t) { return std::size_t{1}; }).texts == whole.texts);
  std::mt19937 random{5};
  for (int i = 0; i < 300; ++i) {
    const auto step = [&random](std::size_t) { return std::size_t{random() % 60}; };
    CHECK(decoded_in(bytes, step).texts == whole.texts);
  }
}
