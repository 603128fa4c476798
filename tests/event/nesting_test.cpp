// Whatever is put around an event, however often: it is taken, or something is rejected. Nothing is lost in silence.
#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "event/framer.h"
#include "event/unwrap.h"
#include "event/wrapper.h"
#include "tests/support/padded.h"
#include "text/json_text.h"

namespace text = trailkeeper::text;
using namespace trailkeeper::event;
using trailkeeper::tests::Padded;

namespace {

constexpr std::string_view kInnermost =
    R"({"eventVersion":"1.09","eventTime":"2024-05-01T10:00:00Z","eventName":"GetObject","eventID":"e"})";

struct Tally : DocumentVisitor {
  void on_event(const Record& record, std::size_t) override { found = found || record.bytes == kInnermost; }
  void on_reject(std::string_view, std::size_t, Reason) override { ++rejects; }
  bool found = false;
  std::size_t rejects = 0;
};

Tally taken_in(std::string_view stream) {
  const Padded padded{stream};
  Framer framer;
  Unwrapper unwrapper;
  Tally tally;
  std::vector<Frame> frames;
  for_each_frame(framer, padded.view(), frames, [&](const Frame& frame) {
    const std::string_view document = padded.view().substr(frame.begin, frame.end - frame.begin);
    if (frame.reason != Reason::none) {
      ++tally.rejects;
    } else {
      unwrapper.unwrap(document, tally);
    }
  });
  return tally;
}

std::string in_quotes(std::string_view bytes) {
  std::string out;
  text::append_quoted(bytes, out);
  return out;
}

std::string in_base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8U | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out.push_back(at + i > bytes.size() ? '=' : kAlphabet[bits >> (18 - 6 * i) & 63U]);
    }
  }
  return out;
}

class Wrapping {
 public:
  explicit Wrapping(unsigned seed) : random_(seed) {}

  std::string document() {
    std::string json{kInnermost};
    for (std::size_t layers = 1 + below(5); layers > 0; --layers) json = wrapped(json);
    return json;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  template <std::size_t N>
  std::string one_of(const std::array<std::string_view, N>& choices) {
    return std::string{choices[below(N)]};
  }

  // A JSON string that stands for `json`.
  std::string as_text(const std::string& json) {
    constexpr std::array<std::string_view, 6> kBefore{"", "", "@cee: ", "\xEF\xBB\xBF", "2024-05-01T10:00:00Z ", " \n"};
    switch (below(4)) {
      case 0: return in_quotes(in_base64(json));
      case 1: return in_quotes(in_quotes(json));
      default: return in_quotes(one_of(kBefore) + json);
    }
  }

  std::string as_value(const std::string& json, std::uint8_t values) {
    std::vector<std::string> forms;
    if ((values & kObjectValue) != 0 && json.front() == '{') forms.push_back(json);
    if ((values & kArrayValue) != 0) forms.push_back("[" + (below(2) == 0 ? json : as_text(json)) + "]");
    if ((values & kTextValue) != 0) forms.push_back(as_text(json));
    if ((values & kListsValue) != 0) forms.push_back(R"({"topic-0":[],"topic-1":[)" + json + "]}");
    return forms.empty() ? as_text(json) : forms[below(forms.size())];
  }

  std::string sibling() {
    const Wrapper& row = wrappers()[below(wrappers().size())];
    constexpr std::array<std::string_view, 7> kValues{R"("")", "[]", "{}", "7", R"("words")", R"({"a":"b"})", "null"};
    constexpr std::array<std::string_view, 6> kNames{"host", "eventName", "ts", "detail-type", "level", "id"};
    return in_quotes(below(2) == 0 ? row.member : kNames[below(kNames.size())]) + ":" + one_of(kValues);
  }

  std::string wrapped(const std::string& json) {
    if (below(8) == 0) return "[" + json + "]";
    const bool listed = below(6) > 0;
    const Wrapper& row = wrappers()[below(wrappers().size())];
    constexpr std::array<std::string_view, 4> kNames{"e", "wrapped", "aws", "payload2"};
    const std::string name = listed ? std::string{row.member} : one_of(kNames);
    std::vector<std::string> members{in_quotes(name) + ":" +
                                     as_value(json, listed ? row.values : kObjectValue | kTextValue)};
    while (below(2) == 0) members.insert(members.begin() + static_cast<std::ptrdiff_t>(below(2)), sibling());
    std::string object = "{";
    for (const std::string& member : members) object += (object.size() > 1 ? "," : "") + member;
    return object + "}";
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("nesting: an event in any envelopes and encodings is taken, or something is rejected") {
  std::size_t found = 0;
  constexpr unsigned kCases = 20'000;
  for (unsigned seed = 0; seed < kCases; ++seed) {
    const std::string document = Wrapping{seed}.document();
    const Tally tally = taken_in(document);
    found += tally.found ? 1 : 0;
    if (tally.found || tally.rejects > 0) continue;
    CAPTURE(seed);
    CAPTURE(document);
    CHECK_MESSAGE(false, "lost in silence");
  }
  for (
      const std::string_view document :
      {R"([{"detail":{"values":["{\"eventTime\":\"2024-05-01T10:00:00Z\",\"eventName\":\"x\"}"],"values":[]}}])",
       R"({"events":[],"e":"eyJldmVudFZlcnNpb24iOiIxLjA5IiwiZXZlbnRUaW1lIjoiMjAyNC0wNS0wMVQxMDowMDowMFoiLCJldmVudE5hbWUiOiJHZXRPYmplY3QifQ==","x":"y"})"}) {
    CHECK(taken_in(document).rejects == 1);
  }
  // A page's token isn't a record, though it is JSON in base64.
  CHECK(taken_in(R"({"Events":[],"NextToken":"eyJOZXh0VG9rZW4iOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAxfQ=="})")
            .rejects == 0);
  // Most envelopes are known.
  CHECK(found > kCases / 3);
}
