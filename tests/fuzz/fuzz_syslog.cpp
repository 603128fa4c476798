// Any bytes as a syslog connection: in one window and in small ones the same documents, inside the delivery's bytes.
#include <cstdlib>
#include <string>
#include <vector>

#include "ingest/wire/syslog.h"
#include "tests/support/fed.h"

using namespace trailkeeper;

namespace {

struct Found {
  std::string bytes;
  std::vector<std::pair<std::size_t, event::Reason>> ends;
  bool broken = false;
  bool operator==(const Found&) const = default;
};

template <typename Step>
Found decoded(std::string_view stream, Step step) {
  ingest::SyslogDecoder decoder;
  ingest::Delivery delivery;
  const bool fed = tests::feed(stream, step, [&](std::string_view window, bool last) {
    const std::vector<char> copy{window.begin(), window.end()};
    const std::size_t done = decoder.decode({copy.data(), copy.size()}, last, delivery);
    if (last && done != window.size()) std::abort();
    return done;
  });
  if (!fed || delivery.bytes.size() != delivery.size) std::abort();
  Found found{delivery.bytes, {}, !decoder.broken().empty()};
  std::size_t end = 0;
  for (const ingest::Document& document : delivery.documents) {
    if (document.begin != end || document.end <= document.begin || document.end > delivery.size) std::abort();
    if (document.reason == event::Reason::none && delivery.bytes[document.begin] != '{') std::abort();
    end = document.end;
    found.ends.emplace_back(end, document.reason);
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream{reinterpret_cast<const char*>(data), size};
  const Found whole = decoded(stream, [size](std::size_t) { return size + 1; });
  if (size > 4000) return 0;
  if (decoded(stream, [size](std::size_t) { return 1 + size % 13; }) != whole) std::abort();
  const std::size_t middle = size == 0 ? 0 : data[size - 1] * size / 255;
  if (decoded(stream, [=](std::size_t before) { return before < middle ? middle - before : size + 1; }) != whole) {
    std::abort();
  }
  return 0;
}
