// Any bytes as a Forward connection: in one window and in small ones the same messages, their documents inside the
// deliveries' bytes; what is MessagePack becomes JSON; no PING is accepted.
#include <cstdlib>
#include <string>
#include <vector>

#include "event/record.h"
#include "ingest/wire/forward.h"
#include "ingest/wire/forward_handshake.h"
#include "tests/support/fed.h"
#include "tests/support/padded.h"

using namespace trailkeeper;

namespace {

struct Found {
  std::vector<std::string> texts;  // For each message its chunk, bytes and documents.
  bool broken = false;
  bool operator==(const Found&) const = default;
};

void describe(const ingest::ForwardMessage& message, std::vector<std::string>& texts) {
  const ingest::Delivery& delivery = message.delivery;
  if (delivery.bytes.size() != delivery.size) std::abort();
  texts.push_back(message.chunk);
  texts.push_back(delivery.bytes);
  std::size_t end = 0;
  for (const ingest::Document& document : delivery.documents) {
    if (document.begin != end || document.end <= document.begin || document.end > delivery.size) std::abort();
    if (document.reason == event::Reason::none && delivery.bytes[document.begin] != '{') std::abort();
    end = document.end;
    texts.push_back(std::to_string(end) + event::reason_code(document.reason).data());
  }
}

template <typename Step>
Found decoded(std::string_view stream, Step step) {
  ingest::ForwardDecoder decoder;
  std::vector<ingest::ForwardMessage> messages;
  bool broken = false;
  const bool fed = tests::feed(stream, step, [&](std::string_view window, bool) {
    const std::vector<char> copy{window.begin(), window.end()};
    std::size_t done = 0;
    do {
      if (broken) return window.size();
      const auto more = decoder.decode({copy.data() + done, copy.size() - done}, messages);
      broken = !more;
      done += more ? *more : 0;
    } while (decoder.stopped_early());
    return broken ? window.size() : done;
  });
  if (!fed) std::abort();
  Found found{{}, broken};
  for (const ingest::ForwardMessage& message : messages) describe(message, found.texts);
  return found;
}

void check_json(std::string_view value) {
  std::string json;
  if (!ingest::append_json(value, json)) return;
  event::RecordParser parser;
  event::Record record;
  const tests::Padded padded{json};
  switch (parser.parse(padded, record)) {
    case event::Reason::broken_json:
    case event::Reason::invalid_utf8:
    case event::Reason::truncated: std::abort();
    default: break;
  }
}

void check_handshake(std::string_view bytes) {
  ingest::ForwardHandshake handshake{"server", "a key that no input knows"};
  std::size_t consumed = bytes.size() + 1;
  static_cast<void>(handshake.answer(bytes, consumed));
  if (consumed > bytes.size() || handshake.accepted()) std::abort();
  if (handshake.refused() != (consumed > 0)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream{reinterpret_cast<const char*>(data), size};
  check_handshake(stream);
  std::string_view rest = stream;
  check_json(ingest::take_value(rest));
  const Found whole = decoded(stream, [size](std::size_t) { return size + 1; });
  if (size > 4000) return 0;
  if (decoded(stream, [size](std::size_t) { return 1 + size % 13; }) != whole) std::abort();
  const std::size_t middle = size == 0 ? 0 : data[size - 1] * size / 255;
  if (decoded(stream, [=](std::size_t before) { return before < middle ? middle - before : size + 1; }) != whole) {
    std::abort();
  }
  return 0;
}
