#include "event/json_equal.h"

#include <doctest/doctest.h>

using trailkeeper::event::same_json;

TEST_CASE("layout, member order, escapes and the spelling of numbers make no difference") {
  CHECK(same_json(R"({"a":1,"b":2})", R"({ "b" : 2, "a" : 1 })"));
  CHECK(same_json("{\"a\":[1,2]}", "{\n\"a\": [1,\r\n2]\n}"));
  CHECK(same_json(R"({"a":"A/"})", R"({"\u0061":"\u0041\/"})"));
  CHECK(same_json(R"([1.0, 10, 1e2, -0.5])", R"([1, 1e1, 100, -5e-1])"));
  CHECK(same_json(R"({"a":{"x":[{"y":null}]}})", R"({"a":{"x":[{"y":null}]}})"));
  CHECK(same_json("\"x\"", "\"x\""));
}

TEST_CASE("values, types, array order and missing members do") {
  CHECK_FALSE(same_json(R"({"a":1})", R"({"a":2})"));
  CHECK_FALSE(same_json(R"({"a":1})", R"({"a":"1"})"));
  CHECK_FALSE(same_json(R"({"a":[1,2]})", R"({"a":[2,1]})"));
  CHECK_FALSE(same_json(R"({"a":1})", R"({"a":1,"b":2})"));
  CHECK_FALSE(same_json(R"({"a":1,"b":2})", R"({"a":1})"));
  CHECK_FALSE(same_json(R"({"a":1})", R"({"b":1})"));
  CHECK_FALSE(same_json(R"({"a":null})", R"({})"));
  CHECK_FALSE(same_json(R"({"a":true})", R"({"a":false})"));
  CHECK_FALSE(same_json(R"({"a":{}})", R"({"a":[]})"));
  CHECK_FALSE(same_json(R"({"a":"x"})", R"({"a":"X"})"));
  CHECK_FALSE(same_json(R"({"a":"x "})", R"({"a":"x"})"));
}

TEST_CASE("numbers are compared exactly, not as doubles") {
  CHECK_FALSE(same_json("[9007199254740993]", "[9007199254740992]"));
  CHECK_FALSE(same_json("[123456789012345678901234567890]", "[123456789012345678901234567891]"));
  CHECK(same_json("[1e999]", "[1e999]"));
  CHECK_FALSE(same_json("[1e999]", "[2e999]"));
}
