#include "rules/iam/glob.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace trailkeeper::rules::iam;

namespace {

// A context of single-valued keys; "a|b" gives a multivalued key.
struct Keys {
  explicit Keys(const std::vector<std::pair<std::string, std::string>>& pairs) {
    storage.reserve(pairs.size());
    for (const auto& [key, value] : pairs) {
      Stored& stored = storage.emplace_back();
      stored.key = key;
      stored.text = value;
      const std::size_t bar = stored.text.find('|');
      const std::string_view text{stored.text};
      stored.values.push_back(text.substr(0, bar));
      if (bar != std::string::npos) stored.values.push_back(text.substr(bar + 1));
      entries.push_back({stored.key, key_hash(stored.key), stored.values, stored.values.size() > 1});
    }
    context.entries = entries;
  }
  struct Stored {
    std::string key;
    std::string text;
    std::vector<std::string_view> values;
  };
  std::vector<Stored> storage;
  std::vector<ContextEntry> entries;
  Context context;
};

Fit fit(std::string_view pattern, std::string_view text, Pattern::Scope scope = Pattern::Scope::text,
        const std::vector<std::pair<std::string, std::string>>& pairs = {}) {
  const Keys keys{pairs};
  MissingKeys missing;
  const auto compiled = Pattern::compile(
      pattern, {.wildcards = true, .variables = true, .complete = scope == Pattern::Scope::resource, .scope = scope});
  REQUIRE(compiled.has_value());
  return compiled->match(text, keys.context, missing);
}

bool fits(std::string_view pattern, std::string_view text, Pattern::Scope scope = Pattern::Scope::text) {
  return fit(pattern, text, scope) == Fit::yes;
}

// The meaning of a pattern, slowly: every way to share out the text.
bool slowly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (slowly(pattern.substr(1), text.substr(i))) return true;
    }
    return false;
  }
  if (text.empty() || (pattern.front() != '?' && pattern.front() != text.front())) return false;
  return slowly(pattern.substr(1), text.substr(1));
}

// The same for ARNs in Resource: where `*` and `?` may meet a colon depends on where they stand.
bool slowly_resource(std::string_view whole, std::size_t at, std::string_view text) {
  if (at == whole.size()) return text.empty();
  int colons = 0;
  for (std::size_t i = 0; i < at; ++i) colons += whole[i] == ':' ? 1 : 0;
  const bool early = colons < 5;
  if (whole[at] == '*') {
    const bool ends = at + 1 == whole.size() || whole[at + 1] == ':';
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (slowly_resource(whole, at + 1, text.substr(i))) return true;
      if (early && !ends && i < text.size() && text[i] == ':') return false;
    }
    return false;
  }
  if (text.empty()) return false;
  if (whole[at] == '?' ? (early && text.front() == ':') : whole[at] != text.front()) return false;
  return slowly_resource(whole, at + 1, text.substr(1));
}

}  // namespace

TEST_CASE("glob: literals, * and ?") {
  CHECK(glob_match("", ""));
  CHECK(glob_match("*", ""));
  CHECK(glob_match("**", "abc"));
  CHECK(glob_match("a*c", "abbc"));
  CHECK_FALSE(glob_match("a*c", "abb"));
  CHECK(glob_match("get*object*", "getbucketobjectacl"));
  CHECK(glob_match("?et", "get"));
  CHECK_FALSE(glob_match("?", ""));
  CHECK(glob_match("?", "\xC3\xA9"));
  CHECK_FALSE(glob_match("??", "\xC3\xA9"));
  CHECK(glob_match("*a*a*a*a*b", std::string(2000, 'a') + "b"));
  CHECK_FALSE(glob_match("*a*a*a*a*b", std::string(2000, 'a')));
}

TEST_CASE("glob: every short pattern means what it says") {
  constexpr std::string_view kPattern = "ab*?";
  constexpr std::string_view kText = "ab";
  for (int p = 0; p < 4 * 4 * 4 * 4 * 4; ++p) {
    std::string pattern;
    for (int i = 0, rest = p; i < 5; ++i, rest /= 4) pattern += kPattern[static_cast<std::size_t>(rest % 4)];
    for (int t = 0; t < 64; ++t) {
      std::string text;
      for (int rest = t + 1; rest > 1; rest /= 2) text += kText[static_cast<std::size_t>(rest % 2)];
      CAPTURE(pattern);
      CAPTURE(text);
      CHECK(glob_match(pattern, text) == slowly(pattern, text));
      CHECK(fits(pattern, text) == slowly(pattern, text));
    }
  }
}

TEST_CASE("resource patterns: random ones mean what they say") {
  std::uint32_t state = 7;
  const auto below = [&](std::uint32_t limit) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8) % limit;
  };
  constexpr std::string_view kPattern = "a::*?b*";
  constexpr std::string_view kText = "ab::a";
  for (int round = 0; round < 100000; ++round) {
    std::string pattern = "::";
    std::string text = "::";
    for (std::uint32_t i = below(9); i > 0; --i) pattern += kPattern[below(kPattern.size())];
    for (std::uint32_t i = below(12); i > 0; --i) text += kText[below(kText.size())];
    CAPTURE(pattern);
    CAPTURE(text);
    Context context;
    MissingKeys missing;
    const auto compiled = Pattern::compile(pattern, {.wildcards = true, .scope = Pattern::Scope::resource});
    REQUIRE((compiled->match(text, context, missing) == Fit::yes) == slowly_resource(pattern, 0, text));
  }
}

TEST_CASE("resource patterns: components") {
  constexpr auto kResource = Pattern::Scope::resource;
  CHECK(fits("arn:aws:s3:::reports/*", "arn:aws:s3:::reports/a/b/c", kResource));
  CHECK_FALSE(fits("arn:aws:s3:::reports/*", "arn:aws:s3:::Reports/a", kResource));
  CHECK(fits("arn:aws:sqs:*:111122223333:q", "arn:aws:sqs:us-east-1:111122223333:q", kResource));
  CHECK(fits("arn:aws:sqs:us-*-1:111122223333:q", "arn:aws:sqs:us-east-1:111122223333:q", kResource));
  // Inside a component a wildcard stays there.
  CHECK_FALSE(fits("arn:aws:sqs:u*1:x:q", "arn:aws:sqs:us:1:x:q", kResource));
  CHECK_FALSE(fits("arn:aws:sqs:us?1:x:q", "arn:aws:sqs:us:1:x:q", kResource));
  // At its end it may reach beyond.
  CHECK(fits("arn:aws:logs:*:log-group:g", "arn:aws:logs:us-east-1:111122223333:log-group:g", kResource));
  // Behind the fifth colon it meets everything.
  CHECK(fits("arn:aws:logs:*:*:log-group:*:log-stream:x", "arn:aws:logs:r:1:log-group:a:b:log-stream:x", kResource));
  // Short ARNs are completed.
  CHECK(fits("arn:aws:sqs", "arn:aws:sqs:us-east-1:111122223333:q", kResource));
  CHECK_FALSE(fits("arn:aws:sq", "arn:aws:sqs:us-east-1:111122223333:q", kResource));
  CHECK(fits("arn:*", "arn:aws:sqs:us-east-1:111122223333:q", kResource));
  CHECK_FALSE(fits("arn:aws:s3:::reports", "*", kResource));
}

TEST_CASE("Arn conditions: component by component") {
  constexpr auto kArn = Pattern::Scope::arn_condition;
  // The example of the IAM User Guide.
  CHECK_FALSE(fits("arn:aws:someservice:*:111122223333:finance/*",
                   "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", kArn));
  CHECK(fits("arn:aws:someservice:*:111122223333:finance/*", "arn:aws:someservice:x:111122223333:finance/d", kArn));
  CHECK(fits("arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:role/a/b", kArn));
  CHECK_FALSE(fits("arn:aws:*", "arn:aws:iam::111122223333:role/a", kArn));
  CHECK(fit("arn:aws:iam::${a:n}:role/x", "arn:aws:iam::1:role/x", kArn, {{"a:n", "1"}}) == Fit::yes);
  CHECK(fit("arn:aws:iam:${a:n}:z:y", "arn:aws:iam:a:b:z:y", kArn, {{"a:n", "a:b"}}) == Fit::no);
}

TEST_CASE("variables") {
  const auto with = [](std::string_view pattern, std::string_view text) {
    return fit(
        pattern, text, Pattern::Scope::text,
        {{"aws:username", "anna"}, {"aws:userid", "a*b?"}, {"aws:principaltag/t", "${aws:username}"}, {"k:m", "x|y"}});
  };
  CHECK(with("home/${aws:username}/*", "home/anna/x") == Fit::yes);
  CHECK(with("home/${AWS:UserName}/*", "home/anna/x") == Fit::yes);
  CHECK(with("home/${aws:username}/*", "home/ben/x") == Fit::no);
  // Values are literal: their wildcards match themselves, their variables aren't replaced.
  CHECK(with("${aws:userid}", "a*b?") == Fit::yes);
  CHECK(with("${aws:userid}", "axbx") == Fit::no);
  CHECK(with("${aws:PrincipalTag/t}", "${aws:username}") == Fit::yes);
  CHECK(with("${aws:PrincipalTag/t}", "anna") == Fit::no);
  // Special characters.
  CHECK(with("a${*}b${?}c${$}", "a*b?c$") == Fit::yes);
  CHECK(with("a${*}", "ax") == Fit::no);
  // Without a value.
  CHECK(with("${aws:nobody}", "") == Fit::unresolvable);
  CHECK(with("*${aws:nobody}*", "x") == Fit::unresolvable);
  CHECK(with("${aws:nobody, 'none'}", "none") == Fit::yes);
  CHECK(with("${aws:username, 'none'}", "none") == Fit::no);
  CHECK(with("${aws:nobody, ''}x", "x") == Fit::yes);
  CHECK(with("${aws:nobody, 'a}b,c'}", "a}b,c") == Fit::yes);
  CHECK(with("${aws:nobody, '*'}", "x") == Fit::no);
  CHECK(with("${k:m}", "x") == Fit::unresolvable);
  CHECK(with("$x{}$", "$x{}$") == Fit::yes);
}

TEST_CASE("variables: broken ones are refused") {
  for (const std::string_view text : {"${aws:username", "${}", "${aws:user name}", "${ aws:username}", "${a:b, x}",
                                      "${a:b, 'x}", "${a:b, 'x' }", "${a:b,", "${${a}}"}) {
    CAPTURE(text);
    CHECK(Pattern::compile(text, {.wildcards = true, .variables = true}).has_error());
    // Without variables, in policies of 2008, it is just text.
    CHECK(Pattern::compile(text, {.wildcards = true}).has_value());
  }
  std::string many;
  for (std::size_t i = 0; i < Pattern::kMaxVariables; ++i) many += "${a:b}";
  CHECK(Pattern::compile(many, {.variables = true}).has_value());
  CHECK(Pattern::compile(many + "${a:b}", {.variables = true}).has_error());
}

TEST_CASE("variables: early ones are told") {
  const auto early = [](std::string_view text) {
    return Pattern::compile(text, {.wildcards = true, .variables = true, .scope = Pattern::Scope::resource})
        ->variable_too_early();
  };
  CHECK(early("arn:aws:sqs:${aws:RequestedRegion}:1:q"));
  CHECK_FALSE(early("arn:aws:sqs:r:1:${aws:username}"));
}
