#include "generate/gzip.h"

#include <libdeflate.h>

#include <new>

namespace trailkeeper::generate {

void Gzip::Free::operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }

Gzip::Gzip(int level) : compressor_(libdeflate_alloc_compressor(level)) {
  if (!compressor_) throw std::bad_alloc{};
}

std::string_view Gzip::compress(std::string_view text) {
  const std::size_t bound = libdeflate_gzip_compress_bound(compressor_.get(), text.size());
  if (buffer_.size() < bound) buffer_.resize(bound);
  const std::size_t size =
      libdeflate_gzip_compress(compressor_.get(), text.data(), text.size(), buffer_.data(), buffer_.size());
  return std::string_view{buffer_}.substr(0, size);
}

}  // namespace trailkeeper::generate
