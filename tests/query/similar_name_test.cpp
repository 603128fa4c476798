#include "query/similar_name.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace trailkeeper::query;

namespace {

constexpr std::string_view kWords[] = {"user", "user-agent", "principal", "region",
                                       "ip",   "eventName",  "account",   "read-only"};

std::string similar(std::string_view name) { return std::string{similar_name(name, kWords).value_or("")}; }

}  // namespace

TEST_CASE("a name with a letter more, less, changed, or two swapped is similar, whatever its case") {
  CHECK(similar("principals") == "principal");
  CHECK(similar("princpal") == "principal");
  CHECK(similar("prinzipal") == "principal");
  CHECK(similar("pricnipal") == "principal");
  CHECK(similar("Principal") == "principal");
  CHECK(similar("eventname") == "eventName");
  CHECK(similar("usre") == "user");
  CHECK(similar("pi") == "ip");
  CHECK(similar("read_only") == "read-only");
  CHECK(similar("regoin") == "region");
}

TEST_CASE("a name that begins alike is similar if none is nearer") {
  CHECK(similar("username") == "user");
  CHECK(similar("acco") == "account");
  CHECK(similar("eventNameOfIt") == "eventName");
}

TEST_CASE("what is like nothing, empty, or longer than any name has no similar one") {
  for (const std::string_view name : {"", "x", "zz", "qqqqqq", "completely-else"}) {
    CAPTURE(name);
    CHECK(similar(name).empty());
  }
  CHECK(similar(std::string(65, 'u')).empty());
  CHECK(similar(std::string(1'000'000, 'u')).empty());
  CHECK_FALSE(similar_name("user", {}));
  const std::string long_name(100, 'a');
  const std::vector<std::string_view> long_words{long_name};
  CHECK_FALSE(similar_name("aaaa!", std::span{long_words}.first(0)));
}

TEST_CASE("the question") {
  CHECK(did_you_mean("user", "--") == ": did you mean '--user'?");
  CHECK(did_you_mean(std::nullopt).empty());
}
