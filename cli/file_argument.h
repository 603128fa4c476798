// Files that an argument names and that are read whole: policies, settings, answers of AWS.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace trailkeeper::cli {

/// A file that an argument names can't be read, or isn't what it should be; the text has its path.
class UnreadableFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The plain bytes of a file, or of standard input (`-`): compression, UTF-16 (which PowerShell 5 writes) and a byte
/// order mark are taken off. Throws UnreadableFile if it can't be read, is damaged, or has more than `limit` bytes.
std::string read_file_argument(const std::string& path, std::size_t limit);

}  // namespace trailkeeper::cli
