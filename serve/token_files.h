// Opens the files that keep tokens in a store's directory: the tokens, their lock and their mark.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>

#include "store/lmdb/store_files.h"

namespace trailkeeper::serve {

/// No file of tokens is larger: some 50,000 of them.
constexpr std::size_t kMaxTokenBytes = std::size_t{16} << 20;

/// Opens one of them or, with O_CREAT, makes it, for its owner only; closed if there is none. Every access to these
/// files goes through here or replaces them by their name. As with the store's other files, links aren't followed,
/// pipes not waited for, and anything that isn't a regular file is refused. The mode of a file that exists isn't
/// checked. Throws TokenError, which names it.
store::Descriptor open_token_file(const std::string& path, int flags);

/// A file's bytes; nothing if there is none. Throws TokenError, also for one larger than kMaxTokenBytes.
std::optional<std::string> read_token_file(const std::string& path);

}  // namespace trailkeeper::serve
