#include "query/leaves/condition.h"

#include <doctest/doctest.h>

#include "query/filter_value.h"

using namespace trailkeeper;
using namespace trailkeeper::query;

namespace {

std::string problem(std::string_view text) {
  Filter filter;
  return add_value(filter, {FilterField::where}, text).value_or("");
}

}  // namespace

TEST_CASE("a condition is a path, a comparison and an operand") {
  struct Row {
    std::string_view text;
    std::string_view path;
    Comparison comparison;
    std::string_view operand;
  };
  for (const Row& row : {Row{"a.b=c", "a.b", Comparison::equal, "c"},
                         {"a=b=c", "a", Comparison::equal, "b=c"},
                         {"a=", "a", Comparison::equal, ""},
                         {"a!=*x?", "a", Comparison::not_equal, "*x?"},
                         {"a<1", "a", Comparison::less, "1"},
                         {"a<=-1.5e3", "a", Comparison::at_most, "-1.5e3"},
                         {"a>2024-05-01", "a", Comparison::greater, "2024-05-01"},
                         {"a>=2024-05-01T10:00:00Z", "a", Comparison::at_least, "2024-05-01T10:00:00Z"},
                         {"a~^x=(y|z)$", "a", Comparison::matches, "^x=(y|z)$"},
                         {"a.b[].c?", "a.b[].c", Comparison::present, ""},
                         {"a!?", "a", Comparison::absent, ""},
                         {R"(a\=b\.c\\=d)", R"(a\=b\.c\\)", Comparison::equal, "d"},
                         {"aws:x/y-z=1", "aws:x/y-z", Comparison::equal, "1"}}) {
    CAPTURE(row.text);
    const auto condition = parse_condition(row.text);
    REQUIRE(condition.has_value());
    CHECK(condition->path == row.path);
    CHECK(condition->comparison == row.comparison);
    CHECK(condition->operand == row.operand);
  }
}

TEST_CASE("what is wrong with a condition is said, and where") {
  CHECK(problem("requestParameters.bucketName").find("there is no comparison in it") != std::string::npos);
  CHECK(problem("=x").find("at byte 1: a path is missing") != std::string::npos);
  CHECK(problem("").find("no comparison") != std::string::npos);
  CHECK(problem("a<b").find("at byte 3: 'b' is neither a number nor a time") != std::string::npos);
  CHECK(problem("a>7d").find("neither a number nor a time") != std::string::npos);
  CHECK(problem("a?b").find("at byte 3: nothing may follow '?'") != std::string::npos);
  CHECK(problem("abc~x(y").find("at byte 5: the regular expression can't be used: missing )") != std::string::npos);
  CHECK(problem("a~(?=x)").find("at byte 3: the regular expression can't be used") != std::string::npos);
  CHECK(problem("user=anna").find("--user asks for it") != std::string::npos);
  CHECK(problem("time>2024").find("eventTime is the path") != std::string::npos);
  CHECK(problem("a~\xff").find("UTF-8") != std::string::npos);
  CHECK(problem(std::string(2000, 'p') + "=x").find("a path has 1024 bytes at most") != std::string::npos);
  CHECK(problem("a=" + std::string(10'000, 'x')).size() < 400);
  CHECK(problem("a~((((((((x{100}){100}){100}){100}){100}){100}){100}){100})") != "");
  CHECK(problem("eventName=x") == "");
  Filter filter;
  CHECK(add_value(filter, {FilterField::text}, ""));
  CHECK(add_value(filter, {FilterField::text}, std::string(10'000, 'x')));
  CHECK(filter.empty());
  CHECK_FALSE(add_value(filter, {FilterField::text}, "x"));
  CHECK(filter.fields.front().texts == std::vector<std::string>{"x"});
}

TEST_CASE("what a query's regular expressions take is bounded, and told") {
  CHECK(problem(R"(a~\pL{1000})").find("at byte 3: the regular expression takes more than 1 MiB") != std::string::npos);
  Filter filter;
  for (std::size_t i = 0; i < kMostRegexes; ++i) {
    CHECK_FALSE(add_value(filter, {FilterField::where, i % 2 == 1}, "a~x" + std::to_string(i)));
    CHECK(filter.regex_bytes() == (i + 1) * kRegexBytes);
  }
  const auto wrong = add_value(filter, {FilterField::where}, "b~y");
  CHECK(wrong.value_or("").find("16 regular expressions at most") != std::string::npos);
  CHECK_FALSE(add_value(filter, {FilterField::where}, "b=y"));
  CHECK(filter.regex_bytes() == kMostRegexes * kRegexBytes);
}
