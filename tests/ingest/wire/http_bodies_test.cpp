// The wire formats whose messages are HTTP bodies.
#include <doctest/doctest.h>
#include <simdjson.h>

#include "ingest/wire/audit_events.h"
#include "ingest/wire/elasticsearch_bulk.h"
#include "ingest/wire/firehose.h"
#include "ingest/wire/json_lines.h"
#include "ingest/wire/splunk_hec.h"
#include "tests/support/bulk_text.h"
#include "tests/support/compressed.h"
#include "tests/support/whole_body.h"
#include "text/base64.h"

using namespace trailkeeper;
using namespace trailkeeper::ingest;
using trailkeeper::tests::decoded;
using trailkeeper::tests::decoded_body;
using trailkeeper::tests::gzip;
using trailkeeper::tests::zstd;

namespace {

std::string bulk_answer(const std::vector<BulkAction>& actions, const Receipt& receipt, std::uint64_t took) {
  BulkAnswer answer;
  answer.add(actions, receipt);
  return tests::bulk_text(std::move(answer), took);
}

std::vector<std::string> texts_of(const Delivery& delivery) {
  CHECK(delivery.bytes.size() >= delivery.size + event::kPadding);
  std::vector<std::string> texts;
  for (const Document& document : delivery.documents) {
    REQUIRE(document.begin <= document.end);
    REQUIRE(document.end <= delivery.size);
    REQUIRE(document.item < delivery.items);
    texts.push_back(delivery.bytes.substr(document.begin, document.end - document.begin));
  }
  return texts;
}

using Texts = std::vector<std::string>;

// Of a body with which nothing is wrong.
Delivery whole_body(BodyDecoder& decoder, std::string_view body) {
  WireResult<Delivery> delivery = decoded_body(decoder, body);
  REQUIRE(delivery.has_value());
  return std::move(*delivery);
}

// Of one with which something is.
WireProblem problem_of(BodyDecoder& decoder, std::string_view body) {
  const WireResult<Delivery> delivery = decoded_body(decoder, body);
  REQUIRE(delivery.has_error());
  return delivery.error();
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (int i = 3; i >= 0; --i) {
      const bool padding = at + static_cast<std::size_t>(3 - i) > bytes.size();
      out.push_back(padding ? '=' : kDigits[group >> (6 * i) & 63]);
    }
  }
  return out;
}

simdjson::dom::element json(simdjson::dom::parser& parser, const std::string& text) {
  simdjson::dom::element element;
  INFO(text);
  REQUIRE(parser.parse(text).get(element) == simdjson::SUCCESS);
  return element;
}

Receipt receipt_of(std::vector<ItemResult> items) {
  Receipt receipt;
  receipt.items = std::move(items);
  return receipt;
}

}  // namespace

TEST_CASE("a JSON body may be laid out in any way that the framer knows") {
  JsonLineDecoder decoder;
  const Delivery delivery =
      whole_body(decoder, "{\"a\":1}\n{\"b\":2}\n[{\"c\":3}] \noops\n[{\"d\":4}] oops\n[{\"e\":5},{");
  const Texts texts = texts_of(delivery);
  REQUIRE(texts.size() == 6);
  CHECK(texts[2] == "{\"c\":3}");
  CHECK(delivery.documents[2].reason == event::Reason::none);
  // Words make the line one record that is none; so does what isn't finished, as a body isn't cut off.
  CHECK(texts[4] == "[{\"d\":4}] oops");
  CHECK(texts[5] == "[{\"e\":5},{");
  for (std::size_t i = 3; i < 6; ++i) CHECK(delivery.documents[i].reason == event::Reason::not_an_object);
}

TEST_CASE("content encodings: gzip, zstd, identity; anything else is unknown") {
  using Result = std::pair<DecodeResult, std::string>;
  CHECK(decoded("", "plain", 10) == Result{DecodeResult::ok, "plain"});
  CHECK(decoded("identity", "too long", 7).first == DecodeResult::too_large);
  CHECK(decoded("gzip", gzip("one") + gzip("two"), 100) == Result{DecodeResult::ok, "onetwo"});
  CHECK(decoded("x-gzip", gzip(""), 100) == Result{DecodeResult::ok, ""});
  CHECK(decoded("gzip", "", 100) == Result{DecodeResult::ok, ""});
  CHECK(decoded("zstd", zstd("three"), 100) == Result{DecodeResult::ok, "three"});
  const std::string skipped("\x50\x2A\x4D\x18\4\0\0\0size", 12);
  CHECK(decoded("zstd", skipped + zstd("four"), 100) == Result{DecodeResult::ok, "four"});
  CHECK(decoded("", skipped + zstd("four"), 100) == Result{DecodeResult::ok, "four"});
  CHECK(decoded("", gzip(skipped + zstd("4") + skipped + zstd("5")), 100) == Result{DecodeResult::ok, "45"});
  CHECK(decoded("", zstd(gzip("five")), 100) == Result{DecodeResult::ok, "five"});
  CHECK(decoded("gzip", gzip(zstd(gzip("six"))), 100) == Result{DecodeResult::ok, "six"});
  CHECK(decoded("", std::string("\xFF\xFE{\0}\0", 6), 100) == Result{DecodeResult::ok, "{}"});
  CHECK(decoded("br", "x", 100).first == DecodeResult::unknown_encoding);
  CHECK(decoded("gzip", "not gzip", 100).first == DecodeResult::damaged);
  CHECK(decoded("gzip", zstd("x"), 100).first == DecodeResult::damaged);
  CHECK(decoded("gzip", gzip("cut short").substr(0, 20), 100).first == DecodeResult::damaged);
}

TEST_CASE("a bomb is found out before it fills the memory") {
  const std::string zeros(64U << 20U, '\0');
  for (const auto& [encoding, body] : {std::pair{"gzip", gzip(zeros)}, std::pair{"zstd", zstd(zeros)}}) {
    BodyWindow window{body, encoding, std::size_t{4} << 20};
    std::size_t most = 0;
    while (window.grow()) {
      window.consume(window.view().size());
      most = std::max(most, window.memory());
    }
    CHECK(window.result() == DecodeResult::too_large);
    CHECK(most < std::size_t{12} << 20);
    CHECK(window.memory() < 1000);
  }
}

TEST_CASE("layers that come to nothing end, too") {
  // Frames that are to be skipped: 16 bytes of content and a header each.
  std::string skipped;
  while (skipped.size() < std::size_t{64} << 20) {
    skipped += std::string("\x50\x2A\x4D\x18\x10\0\0\0", 8) + std::string(16, 'x');
  }
  CHECK(decoded("zstd", zstd(zstd("") + skipped), std::size_t{1} << 20).first == DecodeResult::too_large);
}

TEST_CASE("a piece ends when its window has grown, so that somebody can look whether there is room") {
  const std::string blanks(std::size_t{4} << 20, ' ');
  BodyWindow window{gzip("[" + blanks + blanks), "gzip", std::size_t{16} << 20};
  JsonLineDecoder decoder;
  for (bool more = true; more;) {
    const std::size_t room = window.memory() + window.view().size() + 2 * kMostGrowth;
    Delivery piece;
    more = *next_piece(window, decoder, piece);
    CHECK(window.memory() <= room);
  }
}

TEST_CASE("a body is taken in pieces, and what is in them is what is in the body") {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += "{\"number\":" + std::to_string(i) + "}\n";
  BodyWindow window{zstd(text), "zstd", text.size()};
  JsonLineDecoder decoder;
  std::string found;
  std::size_t pieces = 0;
  for (bool more = true; more; ++pieces) {
    Delivery piece;
    more = *next_piece(window, decoder, piece);
    CHECK(piece.memory() < 3 * Delivery::kPieceBytes);
    piece.seal();
    for (const std::string& document : texts_of(piece)) found += document + "\n";
  }
  CHECK(window.result() == DecodeResult::ok);
  CHECK(pieces > 2);
  CHECK(found == text);
}

TEST_CASE("bulk: actions and sources; what a shipper put around a record is left to event/unwrap") {
  BulkDecoder decoder{"path"};
  const Delivery delivery =
      whole_body(decoder,
                 "{\"create\":{\"_index\":\"i\",\"_id\":\"7\"}}\n{\"eventName\":\"A\"}\n"
                 "{\"index\":{}}\r\n{\"message\":\"{\\\"eventName\\\":\\\"B\\\"}\",\"host\":\"h\"}\n"
                 "{\"delete\":{\"_id\":\"x\"}}\n{\"update\":{\"_id\":\"y\"}}\n{\"doc\":{}}\n");
  const std::vector<BulkAction> actions = decoder.take_actions();
  CHECK(texts_of(delivery) ==
        Texts{"{\"eventName\":\"A\"}", "{\"message\":\"{\\\"eventName\\\":\\\"B\\\"}\",\"host\":\"h\"}"});
  REQUIRE(actions.size() == 4);
  CHECK(actions[0].index == "i");
  CHECK(actions[0].id == "7");
  CHECK(actions[1].index == "path");
  CHECK(delivery.documents[1].item == 1);

  simdjson::dom::parser parser;
  ItemResult rejected;
  rejected.rejected = 1;
  rejected.reason = event::Reason::no_event_name;
  const auto answer = json(parser, bulk_answer(actions, receipt_of({{1, 0, 0, {}}, rejected, {}, {}}), 12));
  CHECK(bool{answer["errors"]});
  CHECK(std::int64_t{answer["took"]} == 12);
  CHECK(std::int64_t{answer["items"].at(0)["create"]["status"]} == 201);
  CHECK(std::string_view{answer["items"].at(0)["create"]["_id"]} == "7");
  CHECK(std::int64_t{answer["items"].at(1)["index"]["status"]} == 400);
  CHECK(std::string_view{answer["items"].at(1)["index"]["error"]["type"]} == "mapper_parsing_exception");
  CHECK(std::int64_t{answer["items"].at(2)["delete"]["status"]} == 400);
  CHECK(std::int64_t{answer["items"].at(3)["update"]["status"]} == 400);
}

TEST_CASE("bulk: of an answer little is kept, however many items it has; its text comes in pieces") {
  constexpr std::uint32_t kItems = 99'000;
  BulkAnswer answer;
  for (std::uint32_t i = 0; i < kItems; i += 1000) {
    std::vector<BulkAction> actions(1000, BulkAction{"create", "trail", "", true});
    actions[7].index = "other \"index\"";
    actions[8].id = "id";
    actions[9].operation = "index";
    actions[10] = BulkAction{"delete", "trail", std::string(512, 'd'), false};
    Receipt receipt = receipt_of(std::vector<ItemResult>(1000, {0, 1, 0, {}}));
    receipt.items[3] = {0, 0, 1, event::Reason::no_event_name};
    receipt.items[4] = {1, 0, 0, {}};
    answer.add(actions, receipt);
  }
  CHECK(answer.memory() < std::size_t{1} << 20);
  BulkAnswerText text{answer, 3};
  std::string all;
  std::size_t pieces = 0;
  for (; !text.at_end(); ++pieces) {
    const std::string piece = text.next();
    CHECK(!piece.empty());
    CHECK(piece.size() < 2 * BulkAnswer::kPiece);
    all += piece;
  }
  CHECK(text.next().empty());
  CHECK(pieces > 100);
  simdjson::dom::parser parser;
  const auto answered = json(parser, all);
  CHECK(bool{answered["errors"]});
  std::uint32_t i = 0;
  for (const simdjson::dom::element item : answered["items"]) {
    const std::uint32_t kind = i % 1000;
    const char* const operation = kind == 9 ? "index" : kind == 10 ? "delete" : "create";
    const std::int64_t status = kind == 3 || kind == 10 ? 400 : kind == 4 ? 201 : kind == 9 ? 200 : 409;
    CHECK(std::int64_t{item[operation]["status"]} == status);
    CHECK(std::string_view{item[operation]["_index"]} == (kind == 7 ? "other \"index\"" : "trail"));
    const std::string id = kind == 8 ? "id" : kind == 10 ? std::string(512, 'd') : "trailkeeper-" + std::to_string(i);
    CHECK(std::string_view{item[operation]["_id"]} == id);
    ++i;
  }
  CHECK(i == kItems);
}

TEST_CASE("bulk: an action line may have members that mean nothing here") {
  BulkDecoder decoder{""};
  whole_body(decoder, "{\"routing\":\"r\",\"index\":{\"_index\":\"i\",\"pipeline\":\"p\"},\"attributes\":{}}\n{}\n");
  const std::vector<BulkAction> actions = decoder.take_actions();
  REQUIRE(actions.size() == 1);
  CHECK(actions[0].operation == "index");
  CHECK(actions[0].index == "i");
}

TEST_CASE("a single document is answered as an item is, with its status") {
  CHECK(!document_action("/i/_search"));
  CHECK(!document_action("/_doc"));
  CHECK(!document_action("//_doc"));
  CHECK(!document_action("/i/_doc/1/2"));
  const auto index = document_action("/i/_doc");
  const auto create = document_action("/i/_create/7");
  REQUIRE(index);
  REQUIRE(create);
  CHECK(index->operation == "index");
  CHECK(create->operation == "create");
  CHECK(create->id == "7");
  const Receipt known = receipt_of({{0, 1, 0, {}}});
  CHECK(document_response(*index, receipt_of({{1, 0, 0, {}}})).status == 201);
  CHECK(document_response(*index, known).status == 200);
  CHECK(document_response(*create, known).status == 409);
  ItemResult rejected;
  rejected.rejected = 1;
  CHECK(document_response(*index, receipt_of({rejected})).status == 400);
  Receipt full;
  full.status = Receipt::Status::store_full;
  CHECK(document_response(*index, full).status == 429);
  simdjson::dom::parser parser;
  const auto answer = json(parser, document_response(*create, receipt_of({{1, 0, 0, {}}})).body);
  CHECK(std::string_view{answer["result"]} == "created");
  CHECK(std::string_view{answer["_id"]} == "7");
}

TEST_CASE(
    "bulk: creating a known event conflicts, indexing it changes nothing; what isn't durable is to be sent again") {
  BulkDecoder decoder{"i"};
  whole_body(decoder, "{\"index\":{}}\n{}\n{\"create\":{}}\n{}\n");
  const std::vector<BulkAction> actions = decoder.take_actions();
  simdjson::dom::parser parser;
  const auto known = json(parser, bulk_answer(actions, receipt_of({{0, 1, 0, {}}, {0, 1, 0, {}}}), 0));
  CHECK(std::int64_t{known["items"].at(0)["index"]["status"]} == 200);
  CHECK(std::string_view{known["items"].at(0)["index"]["result"]} == "noop");
  CHECK(std::int64_t{known["items"].at(1)["create"]["status"]} == 409);
  Receipt full;
  full.status = Receipt::Status::store_full;
  simdjson::dom::parser other;
  CHECK(std::int64_t{json(other, bulk_answer(actions, full, 0))["items"].at(0)["index"]["status"]} == 429);
}

TEST_CASE("bulk: a broken request is refused as a whole, and says where") {
  for (const char* body : {"", "\n", "{\"index\":{}}\n{}", "{\"index\":{}}\n", "oops\n{}\n", "{\"drop\":{}}\n{}\n",
                           "{\"index\":{},\"create\":{}}\n{}\n"}) {
    CAPTURE(body);
    BulkDecoder decoder{""};
    simdjson::dom::parser parser;
    CHECK(std::int64_t{json(parser, elasticsearch_error(problem_of(decoder, body)))["status"]} == 400);
  }
}

TEST_CASE("Elasticsearch clients find what they look for before they send") {
  const auto root = elasticsearch_probe("GET", "/");
  REQUIRE(root);
  simdjson::dom::parser parser;
  CHECK(std::string_view{json(parser, root->body)["tagline"]} == "You Know, for Search");
  CHECK(elasticsearch_probe("HEAD", "/")->body.empty());
  for (const char* path : {"/_license", "/_xpack", "/_cluster/health", "/_nodes/http", "/_index_template/filebeat",
                           "/_ilm/policy/filebeat"}) {
    CHECK(elasticsearch_probe("GET", path));
  }
  CHECK(!elasticsearch_probe("GET", "/index/_search"));
  CHECK(!elasticsearch_probe("DELETE", "/index"));
}

TEST_CASE("HEC: objects one after the other, each with its event") {
  HecDecoder decoder;
  const Delivery delivery =
      whole_body(decoder, R"({"time":1,"event":{"eventName":"A"}}{"event":"{\"eventName\":\"B\"}"} {"event":3})");
  CHECK(texts_of(delivery) == Texts{"{\"eventName\":\"A\"}", "{\"eventName\":\"B\"}", "{\"event\":3}"});
}

TEST_CASE("HEC: a logger's own object around an event is a document as it is; event/unwrap takes it off") {
  HecDecoder decoder;
  const Delivery delivery = whole_body(decoder, R"({"event":{"message":{"eventTime":"A","n":[{}]},"severity":"info"}})"
                                                R"({"event":{"severity":"info","message":"{\"eventName\":\"B\"}"}})"
                                                R"({"event":{"message":{"a":1},"log":{"file":"f"},"n":2}})"
                                                R"({"event":{"message":{"eventTime":"C"},"eventName":"D"}})");
  CHECK(texts_of(delivery) == Texts{R"({"message":{"eventTime":"A","n":[{}]},"severity":"info"})",
                                    R"({"severity":"info","message":"{\"eventName\":\"B\"}"})",
                                    R"({"message":{"a":1},"log":{"file":"f"},"n":2})",
                                    R"({"message":{"eventTime":"C"},"eventName":"D"})"});
}

TEST_CASE("HEC: what is wrong is said with Splunk's codes, and nothing is taken") {
  const auto code = [](std::string_view body) {
    HecDecoder decoder;
    const HecAnswer answer = hec_refusal(problem_of(decoder, body));
    simdjson::dom::parser parser;
    CHECK(answer.status == 400);
    return std::int64_t{json(parser, answer.body)["code"]};
  };
  HecDecoder third;
  CHECK(hec_refusal(problem_of(third, "{\"event\":{}}{\"event\":{}}{}")).body ==
        R"({"text":"Event field is required","code":12,"invalid-event-number":2})");
  CHECK(code("") == 5);
  CHECK(code("{\"event\":{}}oops") == 6);
  CHECK(code("{\"event\":{},}") == 6);
  CHECK(code("{\"time\":1}") == 12);
  CHECK(code("{\"event\":\" \"}") == 13);
  CHECK(code("{\"event\":null}") == 13);
  CHECK(code(R"({"event":nt{"eventName":"A"}})") == 6);
}

TEST_CASE("HEC: acknowledgements by channel, forgotten once asked for") {
  constexpr std::string_view kChannel = "0aedfc20-1c27-4c6a-a9c9-1a6f8a7e5d11";
  AckChannels channels;
  CHECK(!channels.next("no GUID"));
  CHECK(channels.next(kChannel) == 0);
  CHECK(channels.next("0AEDFC20-1C27-4C6A-A9C9-1A6F8A7E5D11") == 1);
  CHECK(channels.answer(kChannel, "{\"acks\":[1,5]}").body == R"({"acks":{"1":true,"5":false}})");
  CHECK(channels.answer(kChannel, "{\"acks\":[0,1]}").body == R"({"acks":{"0":true,"1":false}})");
  CHECK(channels.answer("?", "{\"acks\":[]}").status == 400);
  CHECK(channels.answer(kChannel, "oops").status == 400);
}

TEST_CASE("Firehose: records of JSON, of several documents, of gzip; a broken one is kept as a rejected record") {
  const std::string body = R"({"requestId":"r","timestamp":1,"records":[{"data":")" + base64("{\"a\":1}") +
                           R"("},{"data":")" + base64(gzip("{\"b\":2}\n{\"c\":3}")) + R"("},{"data":"?"}]})";
  FirehoseDecoder decoder{"r"};
  const Delivery delivery = whole_body(decoder, body);
  CHECK(texts_of(delivery) == Texts{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "?"});
  CHECK(delivery.documents[3].reason == event::Reason::broken_envelope);
  for (const char* wrong :
       {"", "[]", "{}", R"({"requestId":"x","records":[]})", R"({"requestId":"r"})", R"({"requestId":"r","records":[)",
        R"({"requestId":"r","records":[]}})", R"({"records":[]})", R"({"requestId":"r","records":[{}]})",
        R"({"requestId":"r","records":[{"data":1}]})"}) {
    CAPTURE(wrong);
    FirehoseDecoder refusing{"r"};
    CHECK(!problem_of(refusing, wrong).message.empty());
  }
  CHECK(firehose_response("r", 5, "") == R"({"requestId":"r","timestamp":5})");
  CHECK(firehose_response("\"", 5, "why") == R"({"requestId":"\"","timestamp":5,"errorMessage":"why"})");
}

TEST_CASE("PutAuditEvents: each entry's eventData is a document; AWS's errors for the request as a whole") {
  constexpr std::string_view kChannel = "arn:aws:cloudtrail:us-east-1:111122223333:channel/0a1b";
  Delivery delivery;
  // The checksum is that of "{}".
  const std::string body =
      R"({"auditEvents":[{"id":"1","eventData":"{\"eventName\":\"A\",\"UID\":\"u\"}"},)"
      R"({"id":"2","eventData":"{}","eventDataChecksum":"RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="},)"
      R"({"id":"3","eventData":"{} ","eventDataChecksum":"RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="}]})";
  const WireResult<AuditRequest> request = decode_audit_events(body, kChannel, delivery);
  REQUIRE(request.has_value());
  CHECK(texts_of(delivery) == Texts{"{\"eventName\":\"A\",\"UID\":\"u\"}", "{}"});
  simdjson::dom::parser parser;
  ItemResult rejected;
  rejected.rejected = 1;
  const auto answer =
      json(parser, audit_response(*request, receipt_of({{0, 1, 0, {}}, rejected, {}}), [](const store::EventKey& key) {
             return key == store::key_of_event_bytes(R"({"eventName":"A","UID":"u"})") ? "its name" : "";
           }));
  CHECK(std::string_view{answer["successful"].at(0)["eventID"]} == "its name");
  CHECK(std::string_view{answer["failed"].at(0)["id"]} == "2");
  CHECK(std::string_view{answer["failed"].at(1)["id"]} == "3");

  const auto error = [&](const std::string& text, std::string_view channel) {
    Delivery nothing;
    return decode_audit_events(text, channel, nothing).error().code;
  };
  CHECK(error(body, "channel") == "InvalidChannelARN");
  CHECK(error("{}", kChannel) == "ValidationException");
  CHECK(error("{\"auditEvents\":[]}", kChannel) == "ValidationException");
  CHECK(error(R"({"auditEvents":[{"id":"1","eventData":"{}"},{"id":"1","eventData":"{}"}]})", kChannel) ==
        "DuplicatedAuditEventId");
}
