#include "query/filter_json.h"

#include <doctest/doctest.h>

#include "query/leaves/condition.h"
#include "store/error.h"

using namespace trailkeeper;
using namespace trailkeeper::query;

TEST_CASE("a filter is read back as it was written") {
  Filter filter;
  filter.add(FilterField::name, "Put*");
  filter.add(FilterField::name, "a \"quoted\" one");
  filter.add(FilterField::ip, "10.0.0.0/8", true);
  filter.add(FilterField::where, "requestParameters.bucketName=logs");
  filter.read_only = false;
  filter.since = 1'714'557'600'000;
  const std::string json = encode_filter(filter);
  CHECK(json == R"({"name":["Put*","a \"quoted\" one"],"not-ip":["10.0.0.0/8"],)"
                R"("where":["requestParameters.bucketName=logs"],"readOnly":false,"since":"2024-05-01T10:00:00Z"})");
  const auto read = decode_filter(json);
  REQUIRE(read.has_value());
  CHECK(encode_filter(*read) == json);
}

TEST_CASE("a stored filter that can't be read is a result, or the store's error") {
  for (const char* json : {"", "[]", R"({"name":"Put*"})", R"({"name":[1]})", R"({"since":"soon"})",
                           R"({"readOnly":"no"})", R"({"newer":["x"]})", R"({"where":["no condition"]})"}) {
    CAPTURE(json);
    const auto read = decode_filter(json);
    REQUIRE(!read.has_value());
    CHECK(read.error().message == "a stored filter cannot be read");
    CHECK_THROWS_AS(static_cast<void>(stored_filter(json)), store::StoreError);
  }
}
