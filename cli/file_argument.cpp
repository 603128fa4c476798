#include "cli/file_argument.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "ingest/decompressor.h"
#include "ingest/layer_stream.h"
#include "text/utf8.h"

namespace trailkeeper::cli {
namespace {

std::string read_stored(const std::string& path, std::size_t limit) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) throw UnreadableFile(path + " can't be read: " + std::strerror(errno));
  }
  std::istream& in = path == "-" ? std::cin : file;
  std::string bytes;
  std::array<char, 1 << 16> buffer;
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0) {
    bytes.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > limit) break;
  }
  if (in.bad()) throw UnreadableFile(path + " can't be read");
  return bytes;
}

}  // namespace

std::string read_file_argument(const std::string& path, std::size_t limit) {
  // UTF-16 takes up to twice as many bytes.
  const std::string stored = read_stored(path, 2 * limit);
  std::string bytes;
  const ingest::UnpackResult result = ingest::unpack(stored, limit, bytes);
  if (result == ingest::UnpackResult::too_large) {
    throw UnreadableFile(path + " is too large: the limit is " + std::to_string(limit) + " bytes");
  }
  if (result == ingest::UnpackResult::damaged) throw UnreadableFile(path + "'s compressed data is damaged");
  if (bytes.starts_with(text::kByteOrderMark)) bytes.erase(0, text::kByteOrderMark.size());
  return bytes;
}

}  // namespace trailkeeper::cli
