// Messages of the Forward protocol, as senders pack them.
#pragma once

#include <zlib.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "ingest/wire/message_pack.h"

namespace trailkeeper::tests {

using Members = std::initializer_list<std::pair<std::string_view, std::string_view>>;

inline std::string packed(std::string_view text) {
  std::string out;
  ingest::pack_string(text, out);
  return out;
}

/// A map with members that are strings.
inline std::string packed(Members members) {
  std::string out;
  ingest::pack_map(members.size(), out);
  for (const auto& [key, value] : members) {
    ingest::pack_string(key, out);
    ingest::pack_string(value, out);
  }
  return out;
}

/// An array of values that are packed already.
inline std::string array(std::initializer_list<std::string_view> values) {
  std::string out;
  ingest::pack_array(values.size(), out);
  for (const std::string_view value : values) out += value;
  return out;
}

/// Fluentd's EventTime: extension 0 with seconds and nanoseconds.
inline std::string event_time() { return std::string{"\xD7\x00\x66\x32\x0C\xA0\x00\x00\x00\x07", 10}; }

inline std::string entry(std::string_view record) { return array({event_time(), record}); }

inline std::string packed_entries(std::string_view entries) {
  std::string out;
  ingest::pack_binary(entries, out);
  return out;
}

/// One gzip member; empty if zlib fails.
inline std::string gzip_member(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(done ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

}  // namespace trailkeeper::tests
