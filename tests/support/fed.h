// Bytes fed to a connection's decoder as a socket would: some more of them each time.
#pragma once

#include <cstddef>
#include <string_view>

namespace trailkeeper::tests {

/// Calls `decode(window, last)`, which returns how many bytes it is done with, with all that isn't done yet; `step(n)`
/// says how many bytes come next, `n` being how many came before. False if it claims bytes that it wasn't given.
template <typename Decode, typename Step>
bool feed(std::string_view bytes, Step step, Decode decode) {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool last = false;
  while (!last) {
    const std::size_t more = step(end);
    end = more < bytes.size() - end ? end + more : bytes.size();
    last = end == bytes.size();
    std::size_t done = 0;
    do {  // A decoder may stop early where it has much in hand.
      done = decode(bytes.substr(begin, end - begin), last);
      if (done > end - begin) return false;
      begin += done;
    } while (done > 0 && begin < end);
  }
  return true;
}

}  // namespace trailkeeper::tests
