#include "text/json_writer.h"

#include <doctest/doctest.h>

#include <set>
#include <vector>

using trailkeeper::text::JsonWriter;

TEST_CASE("values, with what belongs between them") {
  std::string out = "before: ";
  JsonWriter json{out};
  json.open('{').member("text", "a \"b\"").member("number", -5).member("large", ~std::uint64_t{0}).member("yes", true);
  json.list("none", std::vector<std::string>{}).list("some", std::set<std::string>{"x", "y"}).name("numbers");
  json.values(std::vector<int>{1, 2, 3});
  json.table("rows", std::vector<int>{1, 2}, [&](int row) { json.member("row", row).member("odd", row % 2 == 1); });
  json.raw_member("raw", R"({"a":[1]})").name("inner").open('{').close('}').close('}');
  CHECK(out == R"(before: {"text":"a \"b\"","number":-5,"large":18446744073709551615,"yes":true,"none":[],)"
               R"("some":["x","y"],"numbers":[1,2,3],"rows":[{"row":1,"odd":true},{"row":2,"odd":false}],)"
               R"("raw":{"a":[1]},"inner":{}})");
}

TEST_CASE("a text that is all brackets and colons is a value as any other") {
  std::string out;
  JsonWriter{out}.open('[').value("{").value("[").value(":").value(std::string{","}).close(']');
  CHECK(out == R"(["{","[",":",","])");
}

TEST_CASE("empty texts are null, or left out, where that is asked for") {
  std::string out;
  JsonWriter{out}.open('{').member_or_null("a", "").member_if_any("b", "").member_or_null("c", "x").close('}');
  CHECK(out == R"({"a":null,"c":"x"})");
}

TEST_CASE("what is open is continued, and what the caller appends counts") {
  std::string out = R"({"a":1)";
  JsonWriter json = JsonWriter::inside(out);
  json.member("b", 2).name("c");
  out += "3.5";
  json.member("d", "").close('}');
  CHECK(out == R"({"a":1,"b":2,"c":3.5,"d":""})");
  std::string object = "{";
  JsonWriter::inside(object).member("a", 1).close('}');
  CHECK(object == R"({"a":1})");
}
