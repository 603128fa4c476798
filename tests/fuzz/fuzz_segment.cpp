// Any bytes as the small structures of a segment: an error, never a read outside.
#include <string>

#include "store/error.h"
#include "store/segments/bit_pack.h"
#include "store/segments/block_postings.h"
#include "store/segments/bloom_filter.h"
#include "store/segments/segment_format.h"
#include "store/segments/string_list.h"

using namespace trailkeeper::store;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string readable{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t length = readable.size();
  readable.append(64, '\0');
  const std::string_view bytes = std::string_view{readable}.substr(0, length);
  try {
    switch (data[0] % 5) {
      case 0: {
        const PackedView view = open_column(bytes);
        for (std::uint64_t i = 0; i < view.size() && i < 10000; ++i) static_cast<void>(view[i]);
        break;
      }
      case 1: {
        const StringList list{bytes};
        std::string scratch;
        for (std::uint32_t i = 0; i < list.size() && i < 1000; ++i) static_cast<void>(list.get(i, scratch));
        break;
      }
      case 2: {
        const BloomFilter filter{bytes};
        static_cast<void>(filter.may_contain(EventKey{}));
        break;
      }
      case 3: {
        const BlockPostings postings{bytes};
        std::string blocks(64, '\0');
        if (postings.available()) postings.mark(0, {reinterpret_cast<std::uint8_t*>(blocks.data()), blocks.size()});
        break;
      }
      default: static_cast<void>(decode_header(bytes));
    }
  } catch (const StoreError&) {
  }
  return 0;
}
