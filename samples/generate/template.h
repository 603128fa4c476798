// Texts with holes, from which everything that varies in an event is made.
//
// A hole is `<name>`, `<name:arguments>` or, with a label of one character, `<name#label:arguments>`. Holes of equal label
// and equal name give equal values within one event: the bucket of requestParameters is the bucket of resources.
//
//   <hex:17> <base32:16> <upper:16> <alnum:22> <base64:75>   random characters
//   <guid>  <int:1:100>  <pad:4:0:9999>  <one:a|b|c>          random values; pad has a fixed number of digits
//   <bucket> <instance> <function> <key> …                   one of the account's resources, see Pool in scene.h
//   <object>                                                 an S3 object's key
//   <account> <region> <company> <service> <action> <requestId> <arn> <name> <roleArn> <session> <accessKey> <ip>
//   <time> <time:-3600> <epoch> <epochMs> <longTime> <dateSlash> <dateDash> <month>   the event's time, moved by seconds
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generate/scene.h"
#include "generate/text.h"

namespace trailkeeper::generate {

/// Immutable once made. Keeps views into the text it was made from.
class Template {
 public:
  /// Throws std::invalid_argument naming the hole it doesn't know.
  explicit Template(std::string_view text);

  /// Appends the text with its holes filled.
  void append(std::string& out, Scene& scene) const;

  [[nodiscard]] bool empty() const { return ops_.empty(); }

 private:
  enum class Hole : std::uint8_t {
    literal, random, guid, integer, padded, one, pool, object, scene_text, time, epoch, epoch_ms, long_time, date_slash,
    date_dash, month,
  };

  struct Op {
    Hole hole = Hole::literal;
    char label = 0;
    Alphabet alphabet = Alphabet::hex;
    Pool pool = Pool::bucket;
    std::string_view text;
    std::string_view Scene::*member = nullptr;
    std::int64_t low = 0;
    std::int64_t high = 0;
    unsigned count = 0;
  };

  Op parse_hole(std::string_view hole);
  void fill(std::string& out, const Op& op, Scene& scene, Random& random) const;

  std::vector<Op> ops_;
  std::vector<std::string_view> choices_;
};

}  // namespace trailkeeper::generate
