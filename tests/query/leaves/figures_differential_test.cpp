// Distinct values, first and last times and conditions of counts, and the fields of lists, against events that are put
// together one by one.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "query/count.h"
#include "query/event_list.h"
#include "query/field_catalogue.h"
#include "query/json_path.h"
#include "query/known_secrets.h"
#include "query/listed_values.h"
#include "query/shown_event.h"
#include "tests/query/leaves/odd_events.h"
#include "tests/support/filled_store.h"
#include "tests/support/sanitized.h"
#include "text/json_text.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

namespace {

using Values = std::vector<std::optional<std::string>>;

constexpr std::array<std::string_view, 8> kNames{"name", "source",     "user",     "principal",
                                                 "time", "request-id", "event-id", "resource"};

std::string any_field(OddEvents& random) {
  return random.one_in(4) ? random.pick(kNames) : random.pick(OddEvents::kPaths);
}

void for_each_event(const store::Snapshot& snapshot, const ShownEvents& shown,
                    const std::function<void(const ListedEvent&, std::string_view json)>& visit) {
  for (const store::Segment& segment : snapshot.segments()) {
    for (std::uint32_t index = 0; index < segment.size(); ++index) {
      std::string json;
      shown.append(segment, index, json);
      const Padded padded{json};
      visit({&segment, index}, padded);
    }
  }
}

struct Expected {
  std::uint64_t count = 0;
  std::set<std::string> distinct;
  std::set<text::Timestamp> times;
};
using Groups = std::map<std::pair<std::string, Values>, Expected>;

Groups expected_groups(const store::Snapshot& snapshot, const CountRequest& request) {
  const ShownEvents shown{snapshot};
  Groups groups;
  for_each_event(snapshot, shown, [&](const ListedEvent& event, std::string_view json) {
    const auto value = [&](const std::string& name) {
      return event_value(shown, *event.segment, event.index, json, name);
    };
    Values values;
    for (const std::string& name : request.by) values.push_back(value(name));
    const text::Timestamp time = event.segment->time(event.index);
    Expected& group = groups[{bucket_text(bucket_of(time, request.per).first, request.per), std::move(values)}];
    ++group.count;
    group.times.insert(time);
    if (request.distinct.empty()) return;
    if (const auto distinct = value(request.distinct)) group.distinct.insert(*distinct);
  });
  return groups;
}

/// A random condition, and whether a group holds it.
struct RandomGroupCondition {
  std::string text;
  std::function<bool(const Expected&)> holds;

  RandomGroupCondition(OddEvents& random, bool distinct) {
    static constexpr std::array<std::string_view, 6> kSigns{"=", "!=", "<", "<=", ">", ">="};
    static constexpr std::array<std::string_view, 4> kTimes{"2024-05-01", "2024-05-02", "2024-05-02T15:00:03Z",
                                                            "2024-05-03T12:00:00Z"};
    const std::string sign = random.pick(kSigns);
    const std::uint64_t figure = random.below(distinct ? 4 : 3);
    std::string operand = std::to_string(random.below(8));
    std::int64_t number = std::stoll(operand);
    if (figure == 1 || figure == 2) {
      operand = random.pick(kTimes);
      number = *text::parse_timestamp(operand.size() == 10 ? operand + "T00:00:00Z" : operand);
    }
    static constexpr std::array<std::string_view, 4> kFigureNames{"count", "first", "last", "distinct"};
    text = std::string{kFigureNames.at(figure)} + sign + operand;
    holds = [=](const Expected& group) {
      const std::int64_t value = figure == 0   ? static_cast<std::int64_t>(group.count)
                                 : figure == 1 ? *group.times.begin()
                                 : figure == 2 ? *group.times.rbegin()
                                               : static_cast<std::int64_t>(group.distinct.size());
      if (sign == "=") return value == number;
      if (sign == "!=") return value != number;
      if (sign == "<") return value < number;
      if (sign == "<=") return value <= number;
      return sign == ">" ? value > number : value >= number;
    };
  }
};

void compare_figures(const store::Snapshot& snapshot, OddEvents& random) {
  CountRequest request;
  request.per = random.one_in(3) ? Bucket::day : Bucket::none;
  std::string asked;
  for (std::uint64_t n = random.below(3); n > 0; --n) {
    request.by.push_back(any_field(random));
    asked += request.by.back() + " ";
  }
  if (!random.one_in(4)) request.distinct = any_field(random);
  if (!request.by.empty() && random.one_in(8)) request.distinct = request.by.back();
  request.times = random.one_in(2);
  Groups wanted = expected_groups(snapshot, request);
  for (std::uint64_t n = random.below(3); n > 0; --n) {
    const RandomGroupCondition condition{random, !request.distinct.empty()};
    asked += "having " + condition.text + " ";
    REQUIRE_FALSE(add_group_condition(request.having, condition.text, 0));
    std::erase_if(wanted, [&](const auto& group) { return !condition.holds(group.second); });
  }
  CAPTURE(asked);
  CAPTURE(request.distinct);
  const std::vector<CountRow> rows = count_events(snapshot, {}, request);
  CHECK(rows.size() == wanted.size());
  for (const CountRow& row : rows) {
    const auto group = wanted.find({row.bucket, row.values});
    REQUIRE(group != wanted.end());
    CHECK(row.count == group->second.count);
    CHECK(row.distinct == group->second.distinct.size());
    if (!request.wants_times()) continue;
    CHECK(row.first == *group->second.times.begin());
    CHECK(row.last == *group->second.times.rbegin());
  }
  // `top` takes of what is left.
  request.top = 2;
  const std::vector<CountRow> largest = count_events(snapshot, {}, request);
  if (request.per == Bucket::none) CHECK(largest.size() == std::min<std::size_t>(2, rows.size()));
  for (const CountRow& row : largest) CHECK(wanted.contains({row.bucket, row.values}));
}

/// As `--fields` says it, from an event that was put together.
std::optional<ListedValue> slow_value(const ShownEvents& shown, const ListedEvent& event, std::string_view json,
                                      const std::string& field) {
  ListedValue value;
  if (is_field_name(field)) {
    const auto text = event_value(shown, *event.segment, event.index, json, field);
    if (!text) return std::nullopt;
    value.text = *text;
    text::append_quoted(*text, value.json);
    return value;
  }
  const std::string found = json_at(json, field);
  if (found.empty() || found == "null") return std::nullopt;
  value.text = display_text(found);
  text::append_minified(found, value.json);
  return value;
}

void compare_listed(const store::Snapshot& snapshot, OddEvents& random, bool reveal) {
  const ShownEvents shown{snapshot, reveal};
  std::vector<std::string> fields{OddEvents::kPaths.begin(), OddEvents::kPaths.end()};
  fields.insert(fields.end(), kNames.begin(), kNames.end());
  std::shuffle(fields.begin(), fields.end(), std::mt19937{static_cast<std::uint32_t>(random.below(1000))});
  ListedValues values{snapshot, fields, reveal};
  for_each_event(snapshot, shown, [&](const ListedEvent& event, std::string_view json) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto wanted = slow_value(shown, event, json, fields[i]);
      const auto found = values.value(event, i);
      const auto texts_of = [](const std::optional<ListedValue>& value) {
        return value ? value->text + "\n" + value->json : "none";
      };
      if (texts_of(found) != texts_of(wanted)) {
        FAIL_CHECK(fields[i], reveal ? " revealed" : "", "\nfound ", texts_of(found), "\nwanted ", texts_of(wanted),
                   "\nof ", std::string{json});
      }
    }
  });
}

}  // namespace

TEST_CASE("figures of groups and fields of lists are those of events that are put together") {
  const int rounds = kSanitized ? 2 : 3;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    OddEvents random{static_cast<std::uint64_t>(round) + 100};
    FilledStore filled;
    if (round % 3 != 2) keep_secrets(filled.store);
    for (int commit = 0; commit < 4; ++commit) {
      std::vector<std::string> events;
      for (int i = 0; i < 60; ++i) {
        events.push_back(random.event());
        if (round == 1 && i % 2 == 0) events.back() = OddEvents::kept_whole(std::move(events.back()));
      }
      filled.add(events);
    }
    for (const bool merged : {false, true}) {
      CAPTURE(merged);
      while (merged && filled.writer.merge_once(true)) {
      }
      const store::Snapshot snapshot = filled.store.snapshot();
      for (int i = 0; i < (kSanitized ? 10 : 40); ++i) compare_figures(snapshot, random);
      for (const bool reveal : {false, true}) compare_listed(snapshot, random, reveal);
    }
  }
}

TEST_CASE("a secret and its stand-in are one value among the distinct ones, and a guess changes nothing") {
  FilledStore filled;
  const auto event = [](int number, const std::string& agent, const std::string& more) {
    return R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"CreateForm","eventSource":"activate.amazonaws.com",)"
           R"("eventID":"0a1b2c3d-0000-4000-8000-00000000000)" +
           std::to_string(number) + R"(","userAgent":")" + agent + "\"" + more + "}";
  };
  filled.add({event(1, "a", R"(,"requestParameters":{"orgId":"0Xy12ab"})"), event(2, "see 0Xy12ab", ""),
              event(3, "see 0Xy12ab", ""), event(4, "0Xy12ab", "")});
  CountRequest request;
  request.distinct = "userAgent";
  const store::Snapshot snapshot = filled.store.snapshot();
  CHECK(count_events(snapshot, {}, request).front().distinct == 3);
  std::string pseudonym;
  request.by = {"userAgent"};
  for (const CountRow& row : count_events(snapshot, {}, request)) {
    CHECK(row.values.front()->find("0Xy12ab") == std::string::npos);
    if (row.values.front()->starts_with("org-")) pseudonym = *row.values.front();
    CHECK(row.distinct == 1);
  }
  REQUIRE_FALSE(pseudonym.empty());
  // Somebody who tells the stand-in apart from the secret would know the secret: an event that has the stand-in as its
  // own text is shown the same, and is no further value.
  filled.add({event(5, pseudonym, "")});
  request.by.clear();
  CHECK(count_events(filled.store.snapshot(), {}, request).front().distinct == 3);
}

TEST_CASE("distinct values are charged like groups") {
  FilledStore filled;
  OddEvents random{7};
  std::vector<std::string> events;
  for (int i = 0; i < 500; ++i) events.push_back(random.event());
  filled.add(events);
  const store::Snapshot snapshot = filled.store.snapshot();
  CountRequest request;
  request.distinct = "sharedEventID";
  MemoryBudget little{std::size_t{64} << 10};
  request.memory = &little;
  CHECK_THROWS_AS(count_groups(snapshot, {}, request), OverBudget);
  CHECK(little.used() == 0);
  MemoryBudget enough{std::size_t{1} << 20};
  request.memory = &enough;
  request.most_rows = 1;  // Of groups, not of values.
  CHECK(count_groups(snapshot, {}, request).rows.front().distinct == 500);
  CHECK(enough.used() == 0);
}

TEST_CASE("conditions on groups say where they are wrong, with an example") {
  constexpr text::Timestamp kNow = 1714557600000;
  const auto good = [&](std::string_view text) {
    const auto condition = parse_group_condition(text, kNow);
    REQUIRE(condition.has_value());
    return *condition;
  };
  CHECK(good("count>100").operand == 100);
  CHECK(good("distinct!=2").comparison == Comparison::not_equal);
  CHECK(good("last<=7d").operand == kNow - 7 * 86'400'000LL);
  CHECK(good("first>=2024-05-01").operand == 1714521600000);
  for (const auto& [text, offset, word] :
       {std::tuple{"", 0, "count>100"}, std::tuple{"counts>1", 5, "count>100"}, std::tuple{"total>1", 0, "distinct"},
        std::tuple{"count", 5, "count>100"}, std::tuple{"count~1", 5, ">="}, std::tuple{"count>", 6, "count>100"},
        std::tuple{"count>-1", 6, "0 or more"}, std::tuple{"count>1.5", 6, "1.5"}, std::tuple{"count>>1", 6, "'>1'"},
        std::tuple{"count>99999999999999999999", 6, "number"}, std::tuple{"first>1", 6, "first>2024-05-01"},
        std::tuple{"first?", 5, "first>2024-05-01"}, std::tuple{"\xff", 0, "UTF-8"}}) {
    const std::string asked = text;
    CAPTURE(asked);
    const auto condition = parse_group_condition(asked, kNow);
    REQUIRE_FALSE(condition.has_value());
    CHECK(condition.error().offset == static_cast<std::size_t>(offset));
    CHECK_MESSAGE(condition.error().message.find(word) != std::string::npos, condition.error().message);
  }
  CHECK_FALSE(parse_group_condition("count>" + std::string(100, '1'), kNow).has_value());
  std::vector<GroupCondition> many;
  for (int i = 0; i < 16; ++i) CHECK_FALSE(add_group_condition(many, "count>1", kNow));
  CHECK(add_group_condition(many, "count>1", kNow));
  CountRequest request;
  CHECK_FALSE(add_group_condition(request.having, "distinct>1", kNow));
  CHECK(missing_distinct(request));
}
