#include "rules/digests/object_metadata.h"

#include <simdjson.h>

namespace trailkeeper::rules::digests {
namespace {

std::string text_of(const simdjson::dom::object& object, std::string_view name) {
  std::string_view text;
  return object.at_key(name).get_string().get(text) ? std::string{} : std::string{text};
}

}  // namespace

text::Result<ObjectMetadata> parse_object_metadata(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (json.size() > kMaxMetadataBytes) return text::Problem{"is too large", {}, 0};
  if (parser.parse(json.data(), json.size()).at_key("Metadata").get_object().get(object)) {
    return text::Problem{"has no Metadata", {}, 0};
  }
  ObjectMetadata metadata{text_of(object, "signature"), text_of(object, "signature-algorithm"), {}};
  if (metadata.signature.empty()) return text::Problem{"has no signature", "/Metadata/signature", 0};
  metadata.backfilled = text::parse_timestamp(text_of(object, "backfill-generation-timestamp"));
  return metadata;
}

}  // namespace trailkeeper::rules::digests
