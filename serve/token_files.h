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

/// Opens or, with O_CREAT, makes one of them, for its owner only; closed if there is none. All roads to these files
/// lead through here or replace them by their name: as with the store's other files, links aren't followed, pipes not
/// waited for, and whatever is no regular file is refused. Throws TokenError, which names it.
store::Descriptor open_token_file(const std::string& path, int flags);

/// A file's bytes; nothing if there is none. Throws TokenError, also for one larger than kMaxTokenBytes.
std::optional<std::string> read_token_file(const std::string& path);

}  // namespace trailkeeper::serve
