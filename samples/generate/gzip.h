// gzip, without a time stamp, so that equal input gives equal bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct libdeflate_compressor;

namespace trailkeeper::generate {

class Gzip {
 public:
  /// Levels 1 to 12. Throws std::bad_alloc.
  explicit Gzip(int level);

  /// The compressed text; valid until the next call.
  std::string_view compress(std::string_view text);

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const;
  };
  std::unique_ptr<libdeflate_compressor, Free> compressor_;
  std::string buffer_;
};

}  // namespace trailkeeper::generate
