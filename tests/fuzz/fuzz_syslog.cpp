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

// What a delivery holds, behind what others held.
void collect(const ingest::Delivery& delivery, Found& found) {
  if (delivery.bytes.size() != delivery.size) std::abort();
  const std::size_t before = found.bytes.size();
  std::size_t end = 0;
  for (const ingest::Document& document : delivery.documents) {
    if (document.begin != end || document.end <= document.begin || document.end > delivery.size) std::abort();
    if (document.reason == event::Reason::none && delivery.bytes[document.begin] != '{') std::abort();
    end = document.end;
    found.ends.emplace_back(before + end, document.reason);
  }
  found.bytes += delivery.bytes;
}

template <typename Step>
Found decoded(std::string_view stream, Step step) {
  ingest::SyslogDecoder decoder;
  ingest::Delivery delivery;
  Found found;
  const bool fed = tests::feed(stream, step, [&](std::string_view window, bool last) {
    std::size_t done = 0;
    while (!found.broken) {
      const std::vector<char> copy{window.begin() + static_cast<std::ptrdiff_t>(done), window.end()};
      const auto more = decoder.decode({copy.data(), copy.size()}, last, delivery);
      found.broken = !more;
      done += more ? *more : 0;
      if (!delivery.full()) break;
      collect(delivery, found);
      delivery = {};
    }
    if (found.broken) return window.size();
    if (last && done != window.size()) std::abort();
    return done;
  });
  if (!fed) std::abort();
  collect(delivery, found);
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream{reinterpret_cast<const char*>(data), size};
  const Found whole = decoded(stream, [size](std::size_t) { return size + 1; });
  if (size == 0 || size > 4000) return 0;
  if (decoded(stream, [size](std::size_t) { return 1 + size % 13; }) != whole) std::abort();
  const std::size_t middle = static_cast<unsigned char>(stream.back()) * size / 255;
  if (decoded(stream, [=](std::size_t before) { return before < middle ? middle - before : size + 1; }) != whole) {
    std::abort();
  }
  return 0;
}
