#include "serve/token_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "serve/tokens.h"
#include "store/error.h"

namespace trailkeeper::serve {

store::Descriptor open_token_file(const std::string& path, int flags) {
  constexpr mode_t kTokenFileMode = 0600;
  try {
    return store::open_file(path, flags, kTokenFileMode);
  } catch (const store::StoreError& error) {
    throw TokenError(error.what());
  }
}

std::optional<std::string> read_token_file(const std::string& path) {
  constexpr std::size_t kAtOnce = std::size_t{64} << 10;
  const store::Descriptor file = open_token_file(path, O_RDONLY);
  if (!file) return std::nullopt;
  std::string bytes;
  for (;;) {
    const std::size_t held = bytes.size();
    bytes.resize(held + kAtOnce);
    const ssize_t got = ::read(file.get(), bytes.data() + held, kAtOnce);
    const int code = errno;
    bytes.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && code == EINTR) continue;
    if (got < 0) throw TokenError("cannot read the tokens in " + path + ": " + std::strerror(code));
    if (got == 0) return bytes;
    if (bytes.size() > kMaxTokenBytes) {
      throw TokenError(path +
                       " is larger than 16 MiB, which no list of tokens is: put a backup back, or remove it and make "
                       "the tokens anew");
    }
  }
}

}  // namespace trailkeeper::serve
