#include "rules/requirements/word_file.h"

#include <doctest/doctest.h>

#include <string>

using namespace trailkeeper::rules::requirements;

TEST_CASE("a file of words: comments and lines before the first head are left out, blanks don't count") {
  std::string seen;
  read_word_file(
      "# a comment\n\n  lost\nec2\n  RunInstances  StopInstances \n  \ns3 more\n  GetObject",
      [&](std::string_view head) { seen += "[" + std::string{head} + "]"; },
      [&](std::string_view words) {
        seen += "(";
        for_each_word(words, [&](std::string_view word) { seen += std::string{word} + ";"; });
        seen += ")";
      });
  CHECK(seen == "[ec2](RunInstances;StopInstances;)[s3 more](GetObject;)");
}
