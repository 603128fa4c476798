#include "store/content_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>

#include "event/canonical_json.h"

namespace trailkeeper::store {

ContentHash content_hash(std::string_view json, std::uint64_t hash_seed) {
  std::string form;
  event::append_essential_json(json, form);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed(form.data(), form.size(), hash_seed));
  ContentHash hash;
  std::memcpy(hash.data(), canonical.digest, hash.size());
  return hash;
}

}  // namespace trailkeeper::store
