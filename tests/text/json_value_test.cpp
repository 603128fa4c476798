#include "text/json_value.h"

#include <doctest/doctest.h>

#include <string>

#include "text/ascii.h"

using namespace trailkeeper;

TEST_CASE("where a JSON value ends") {
  for (const std::string json : {"{}", "[]", "1", "-0.5e+3", "true", "null", "\"a\\u00e9\\\"\"",
                                 "[1,[],{}, {\"a\" : [ {\"b\":null} ] } ]", "{\"a\":1,\"b\":{\"c\":[\"}\"]}}"}) {
    CAPTURE(json);
    CHECK(text::json_value_end(json, 0) == json.size());
    CHECK(text::json_value_end("x " + json + " ]", 1) == json.size() + 2);
  }
}

TEST_CASE("what isn't a JSON value has no end") {
  for (const std::string json : {"",           " ",
                                 "{",          "[",
                                 "{\"a\"}",    "{\"a\":}",
                                 "{\"a\":1,}", "[1,]",
                                 "[1 2]",      "{a:1}",
                                 "[1}",        "{\"a\":1]",
                                 "tru",        "01",
                                 "\"a",        "\"\\x\"",
                                 "\"a\nb\"",   "{\"a\":1 words}",
                                 "]",          "}",
                                 ",",          "{ is no user}"}) {
    CAPTURE(json);
    CHECK(text::json_value_end(json, 0) == text::npos);
  }
}
