// Any bytes as a digest, its object's metadata and a list of public keys: refused, or sound; and a copy that has it is
// examined whatever it says.
#include <cstdlib>
#include <string>
#include <string_view>

#include "rules/digests/examination.h"

using namespace trailkeeper::rules::digests;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

Copy copy_of(const Digest& digest) {
  Copy copy;
  copy.files.resize(3);
  copy.files[0].path = "/copy/" + digest.place.key;
  copy.files[0].kind = CopiedFile::Kind::digest;
  copy.files[1].path = digest.logs.empty() ? "/copy/x" : "/copy/" + digest.logs.front().place.key;
  copy.files[1].content = digest.logs.empty() ? trailkeeper::text::Sha256{} : digest.logs.front().content;
  copy.files[2].path = "/copy/y";
  copy.files[2].kind = CopiedFile::Kind::log;
  for (CopiedFile& file : copy.files) {
    file.folder = 6;
    file.is_read = true;
  }
  CopiedDigest copied;
  copied.digest = digest;
  copy.digests.push_back(copied);
  return copy;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  PublicKeys keys;
  if (const auto taken = keys.add(bytes)) check(keys.empty() == (*taken == 0));
  if (const auto metadata = parse_object_metadata(bytes)) check(!metadata->signature.empty());
  const auto digest = parse_digest(bytes);
  if (!digest) {
    check(!digest.error().message.empty());
    return 0;
  }
  check(is_sound(digest->place) && digest->place.key.find("/../") == std::string::npos);
  for (const ListedLog& log : digest->logs) check(is_sound(log.place));
  const std::string text = signed_text(*digest, {});
  check(std::count(text.begin(), text.end(), '\n') == 3);
  const Examination examination = examine(copy_of(*digest), keys);
  check(examination.count(Status::valid) == 0 && !examination.is_sound());
  check(examination.files.size() >= 2);
  return 0;
}
