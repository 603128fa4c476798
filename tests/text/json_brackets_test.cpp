#include "text/json_brackets.h"

#include <doctest/doctest.h>

#include <string>

#include "text/ascii.h"

using namespace trailkeeper;

TEST_CASE("Objects and arrays end where their brackets close, whatever strings have in them") {
  for (const std::string json : {"{}", "[]", R"({"a":[1,{"b":"]}"}]})", R"(["\\","\"]",{}])", R"({"}":"{["})"}) {
    CHECK_MESSAGE(text::json_brackets_end(json, 0) == json.size(), json);
    CHECK_MESSAGE(text::json_brackets_end("x:" + json + "]}", 2) == json.size() + 2, json);
    for (std::size_t size = 0; size < json.size(); ++size) {
      CHECK_MESSAGE(text::json_brackets_end(std::string_view{json}.substr(0, size), 0) == text::npos, json);
    }
  }
}

TEST_CASE("Marks are found outside of strings only, and not behind one that doesn't end") {
  CHECK(text::find_outside_strings(R"("a,b",c)", 0, ",") == 5);
  CHECK(text::find_outside_strings(R"("a\",b",c)", 0, ",") == 7);
  CHECK(text::find_outside_strings(R"(a,b)", 2, ",") == text::npos);
  CHECK(text::find_outside_strings(R"("a,b)", 0, ",") == text::npos);
  CHECK(text::find_outside_strings(R"("a\)", 0, ",") == text::npos);
  CHECK(text::find_outside_strings("", 0, "{") == text::npos);
}
