// The Fluentd Forward protocol, as Fluentd, Fluent Bit and Docker speak it.
#include "ingest/wire/forward.h"

#include <doctest/doctest.h>
#include <zstd.h>

#include <random>

#include "tests/support/fed.h"
#include "tests/support/forward_samples.h"

using namespace trailkeeper;
using namespace trailkeeper::ingest;
using namespace trailkeeper::tests;
using namespace std::string_literals;
using event::Reason;

namespace {

struct Message {
  std::string chunk;
  std::vector<std::pair<std::string, Reason>> texts;
  bool operator==(const Message&) const = default;
};

struct Decoded {
  std::vector<Message> messages;
  std::string broken;
};

template <typename Step>
Decoded decoded_in(std::string_view bytes, Step step) {
  ForwardDecoder decoder;
  std::vector<ForwardMessage> messages;
  std::string broken;
  REQUIRE(feed(bytes, step, [&](std::string_view window, bool) {
    // Exactly the window on the heap, so that a sanitizer sees reads past it.
    const std::vector<char> copy{window.begin(), window.end()};
    std::size_t done = 0;
    do {
      if (!broken.empty()) return window.size();
      const auto more = decoder.decode({copy.data() + done, copy.size() - done}, messages);
      if (!more) broken = more.error().message;
      done += more ? *more : 0;
    } while (decoder.stopped_early());
    return broken.empty() ? done : window.size();
  }));
  Decoded result{{}, broken};
  bool continued = false;
  for (const ForwardMessage& message : messages) {
    CHECK(message.delivery.source == "forward");
    CHECK(message.delivery.size == message.delivery.bytes.size());
    if (!continued) result.messages.emplace_back();
    continued = !message.whole;
    Message& out = result.messages.back();
    out.chunk = message.chunk;
    for (const Document& document : message.delivery.documents) {
      CHECK(document.item == 0);
      out.texts.emplace_back(message.delivery.bytes.substr(document.begin, document.end - document.begin),
                             document.reason);
    }
  }
  return result;
}

Decoded decoded(std::string_view bytes) {
  return decoded_in(bytes, [](std::size_t) { return std::size_t{1} << 30; });
}

// The only message of some bytes.
Message message(std::string_view bytes) {
  const Decoded result = decoded(bytes);
  CHECK(result.broken == "");
  REQUIRE(result.messages.size() == 1);
  return result.messages.front();
}

// The document that comes of a record.
std::string document(std::string_view record) {
  const Message result = message(array({packed("tag"), "\x01", record}));
  REQUIRE(result.texts.size() == 1);
  CHECK(result.texts[0].second == Reason::none);
  return result.texts[0].first;
}

std::string zstd_frame(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1));
  return out;
}

const std::string kTag = packed("aws.cloudtrail");
const std::string kA = packed({{"eventName", "A"}});
const std::string kB = packed({{"eventName", "B"}});
const Message kBoth{"", {{R"({"eventName":"A"})", Reason::none}, {R"({"eventName":"B"})", Reason::none}}};

}  // namespace

TEST_CASE("Message mode: one event, its time in any format") {
  for (const std::string& time : {event_time(), "\xCE\x66\x32\x0C\xA0"s, "\xC7\x08"s + event_time().substr(1),
                                  "\xCB\x41\xD9\x8C\x83\x28\x00\x00\x00"s, "\xC0"s}) {
    CHECK(message(array({kTag, time, kA})) == Message{"", {kBoth.texts[0]}});
  }
  CHECK(message(array({kTag, "\x01", kA, packed({{"chunk", "c1"}})})) == Message{"c1", {kBoth.texts[0]}});
  CHECK(message(array({kTag, "\x01", kA, "\xC0"})) == Message{"", {kBoth.texts[0]}});
}

TEST_CASE("Forward mode: an array of entries") {
  const std::string entries = array({entry(kA), entry(kB)});
  CHECK(message(array({kTag, entries})) == kBoth);
  CHECK(message(array({kTag, entries, packed({{"chunk", "c2"}, {"other", "x"}})})) == Message{"c2", kBoth.texts});
  CHECK(message(array({kTag, array({}), packed({{"chunk", "c3"}})})) == Message{"c3", {}});
  // Fluent Bit since version 2: metadata stands beside the time.
  const std::string with_metadata = array({array({event_time(), packed({{"m", "1"}})}), kA});
  CHECK(message(array({kTag, array({with_metadata, entry(kB)})})) == kBoth);
}

TEST_CASE("PackedForward mode: entries in a binary, or in a string as old senders pack them") {
  const std::string entries = entry(kA) + entry(kB);
  CHECK(message(array({kTag, packed_entries(entries)})) == kBoth);
  CHECK(message(array({kTag, packed(entries), packed({{"chunk", "c4"}, {"compressed", "text"}})})) ==
        Message{"c4", kBoth.texts});
  CHECK(message(array({kTag, packed_entries("")})) == Message{});
}

TEST_CASE("CompressedPackedForward mode: gzip members one after the other, or zstd") {
  const std::string gzip = packed({{"compressed", "gzip"}, {"chunk", "c5"}});
  const Message expected{"c5", kBoth.texts};
  CHECK(message(array({kTag, packed_entries(gzip_member(entry(kA) + entry(kB))), gzip})) == expected);
  CHECK(message(array({kTag, packed_entries(gzip_member(entry(kA)) + gzip_member(entry(kB))), gzip})) == expected);
  // A member may end inside an entry.
  const std::string split = gzip_member(entry(kA).substr(0, 5)) + gzip_member(entry(kA).substr(5) + entry(kB));
  CHECK(message(array({kTag, packed_entries(split), gzip})) == expected);
  CHECK(message(array({kTag, packed_entries(zstd_frame(entry(kA) + entry(kB))), packed({{"compressed", "zstd"}})})) ==
        kBoth);
}

TEST_CASE("records: a wrapped event is taken out of message, log or event") {
  CHECK(document(packed({{"stream", "stdout"}, {"log", " {\"eventName\":\"A\"}\n"}})) == R"({"eventName":"A"})");
  CHECK(document(packed({{"event", "{\"c\":1}"}, {"log", "{\"b\":1}"}, {"message", "{\"a\":1}"}})) == R"({"a":1})");
  // What isn't plain to see is for the unwrapper.
  const std::string later = R"({"message":"no","event":"{\"c\":1}"})";
  CHECK(document(packed({{"message", "no"}, {"event", "{\"c\":1}"}})) == later);
  CHECK(document("\x81\xC4\x03log\xC4\x02{}") == "{}");
  // Not of an event that has such members, nor from other types.
  CHECK(document(packed({{"message", "{}"}, {"eventName", "A"}})) == R"({"message":"{}","eventName":"A"})");
  CHECK(document(packed({{"message", "text"}})) == R"({"message":"text"})");
  CHECK(document("\x82\xA7message\x81\xA1"s + "a\x01\x05\x06") == R"({"message":{"a":1},"5":6})");
}

TEST_CASE("records: a map is written as JSON") {
  CHECK(document("\x85\xA1"s + "a\x93\xC0\xC3\xFF\xA1" + "b\xCF" + std::string(8, '\xFF') + "\xA1" +
                 "c\xCB\x3F\xB9\x99\x99\x99\x99\x99\x9A\xA1" + "d\x81\xA1" + "e\xA2\"\n\xA1" + "f" + event_time()) ==
        R"({"a":[null,true,-1],"b":18446744073709551615,"c":0.1,"d":{"e":"\"\n"},"f":1714556064.000000007})");
}

TEST_CASE("records: what isn't a map, or is too large, is rejected and the rest is taken") {
  std::string large = packed({{"a", std::string(ForwardDecoder::kMaxRecord, 'x')}});
  const Message result = message(array({kTag, array({entry("\x05"), entry(large), entry(kA)})}));
  REQUIRE(result.texts.size() == 3);
  CHECK(result.texts[0] == std::pair{"5"s, Reason::not_an_object});
  CHECK((result.texts[1] == std::pair{large.substr(0, ForwardDecoder::kKeptOfTooLarge), Reason::too_large}));
  CHECK(result.texts[2] == kBoth.texts[0]);
}

TEST_CASE("messages follow each other; nil is a heartbeat") {
  const std::string first = array({kTag, "\x01", kA, packed({{"chunk", "1"}})});
  const Decoded result = decoded("\xC0"s + first + "\xC0\xC0" + first + "\xC0");
  CHECK(result.messages.size() == 2);
  CHECK(result.broken == "");
}

TEST_CASE("what isn't a message breaks the connection, and what came before is kept") {
  const std::string good = array({kTag, "\x01", kA});
  const std::string gzip = packed({{"compressed", "gzip"}});
  std::string corrupt = gzip_member(entry(kA));
  corrupt[corrupt.size() / 2] ^= '\x55';
  for (const std::string& bad : {
           "\xC1"s,
           "{\"eventName\":\"A\"}\n"s,
           array({}),
           array({kTag}),
           array({kTag, "\x01"}),
           array({"\x01", "\x01", kA}),
           array({kTag, kA, kA}),
           array({kTag, "\x01", kA, "\x05"}),
           array({kTag, "\x01", kA, "\xC0", "\xC0"}),
           array({kTag, array({entry(kA)}), "\xC0", "\xC0"}),
           array({kTag, array({kA})}),
           array({kTag, array({array({"\x01"})})}),
           array({kTag, packed_entries(entry(kA) + "\x05")}),
           array({kTag, packed_entries(entry(kA) + entry(kB).substr(0, 9))}),
           array({kTag, packed_entries(entry(kA)), gzip}),
           array({kTag, packed_entries(""), gzip}),
           array({kTag, packed_entries(corrupt), gzip}),
           array({kTag, packed_entries(gzip_member(entry(kA)).substr(0, 30)), gzip}),
           array({kTag, packed_entries(gzip_member(entry(kA)) + "x"), gzip}),
           array({kTag, packed_entries(entry(kA)), packed({{"compressed", "lzma"}})}),
           array({kTag, "\x01", std::string(200, '\x91') + "\xC0"}),
       }) {
    CAPTURE(bad);
    const Decoded result = decoded(good + bad + good);
    CHECK(result.messages == std::vector{Message{"", {kBoth.texts[0]}}});
    CHECK(result.broken != "");
  }
}

TEST_CASE("limits: a message that will be too large is refused at its head") {
  CHECK(decoded("\x92\xA1t\xC6\x02\x00\x00\x00"s).broken != "");
  CHECK(decoded("\x92\xA1t\xDD\x02\x00\x00\x00"s).broken != "");
  CHECK(decoded("\x92\xA1t\xC6\x01\xFF\xFF\x00"s).broken == "");
}

TEST_CASE("limits: what decompresses to too much, or makes too many documents, is refused") {
  std::string zeros = entry(packed({{"a", std::string(std::size_t{1} << 20, ' ')}}));
  std::string members;
  for (int i = 0; i < 65; ++i) members += gzip_member(zeros);
  const std::string gzip = packed({{"compressed", "gzip"}});
  CHECK(decoded(array({kTag, packed_entries(members), gzip})).broken != "");
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "\x92\x01\x80";
  const Decoded all = decoded(array({kTag, packed_entries(many), packed({{"chunk", "c"}})}));
  CHECK(all.broken == "");
  REQUIRE(all.messages.size() == 1);
  CHECK(all.messages[0].texts.size() == 100'000);
  CHECK(all.messages[0].chunk == "c");
}

TEST_CASE("limits: small messages that hold much are taken some at a time") {
  const std::string large = entry(packed({{"a", std::string(std::size_t{1} << 20, ' ')}}));
  std::string bytes;
  for (int i = 0; i < 10; ++i) {
    bytes += array({kTag, packed_entries(gzip_member(large)), packed({{"compressed", "gzip"}})});
  }
  ForwardDecoder decoder;
  std::vector<ForwardMessage> messages;
  CHECK(*decoder.decode(bytes, messages) < bytes.size());
  CHECK(messages.size() < 10);
  CHECK(decoder.stopped_early());
  CHECK(decoded(bytes).messages.size() == 10);
}

TEST_CASE("what breaks a connection is counted as dropped, with what stands behind it") {
  const std::string good = array({kTag, "\x01", kA});
  ForwardDecoder decoder;
  std::vector<ForwardMessage> messages;
  CHECK(!decoder.decode(good + "{}\n" + good, messages));
  CHECK(decoder.dropped() == 3 + good.size());
}

TEST_CASE("deliveries are put together with their documents in place") {
  Delivery all;
  for (const char* const text : {"{}", "{\"a\":1}"}) {
    Delivery one;
    one.add(text, 0);
    one.add("x", 0, Reason::not_an_object);
    all.append(std::move(one));
  }
  CHECK(all.bytes == "{}x{\"a\":1}x");
  REQUIRE(all.documents.size() == 4);
  CHECK(all.documents[2].begin == 3);
  CHECK(all.documents[3].end == all.size);
  CHECK(all.documents[3].reason == Reason::not_an_object);
}

TEST_CASE("however the bytes come, the messages are the same") {
  const std::string gzip = packed({{"compressed", "gzip"}, {"chunk", "c5"}});
  const std::string bytes = array({kTag, event_time(), kA}) + "\xC0" +
                            array({kTag, array({entry(kA), entry(kB)}), packed({{"chunk", "c2"}})}) +
                            array({kTag, packed_entries(entry(kA) + entry(kB))}) +
                            array({kTag, packed_entries(gzip_member(entry(kA)) + gzip_member(entry(kB))), gzip});
  for (const std::string& end : {""s, array({kTag, "\x01"}) + bytes}) {
    const Decoded whole = decoded(bytes + end);
    CHECK(whole.messages.size() == 4);
    CHECK(decoded_in(bytes + end, [](std::size_t) { return std::size_t{1}; }).messages == whole.messages);
    std::mt19937 random{7};
    for (int i = 0; i < 200; ++i) {
      const Decoded split = decoded_in(bytes + end, [&random](std::size_t) { return std::size_t{random() % 90}; });
      CHECK(split.messages == whole.messages);
      CHECK(split.broken == whole.broken);
    }
  }
}

TEST_CASE("a chunk's ID has a limit, in each mode") {
  for (const std::size_t size : {ForwardDecoder::kMaxChunk, ForwardDecoder::kMaxChunk + 1}) {
    const std::string option = packed({{"chunk", std::string(size, 'c')}});
    for (const std::string& bytes : {array({kTag, "\x01", kA, option}), array({kTag, array({entry(kA)}), option}),
                                     array({kTag, packed_entries(entry(kA)), option})}) {
      const Decoded all = decoded(bytes);
      CHECK(all.messages.size() == (size > ForwardDecoder::kMaxChunk ? 0 : 1));
      CHECK(all.broken.empty() == (size <= ForwardDecoder::kMaxChunk));
    }
  }
}

TEST_CASE("an acknowledgement names the chunk") {
  CHECK(forward_ack("c1") == "\x81\xA3"s + "ack\xA2" + "c1");
  std::string json;
  CHECK(append_json(forward_ack(std::string(40, 'c')), json));
  CHECK(json == R"({"ack":")" + std::string(40, 'c') + "\"}");
}
