// Conditions, searches and counts by any path, against events that are put together one by one.
#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <functional>
#include <map>
#include <regex>
#include <set>

#include "query/count.h"
#include "query/event_list.h"
#include "query/field_catalogue.h"
#include "query/filter_value.h"
#include "query/json_path.h"
#include "query/known_secrets.h"
#include "query/leaves/value_order.h"
#include "query/shown_event.h"
#include "tests/query/leaves/odd_events.h"
#include "tests/support/filled_store.h"
#include "tests/support/sanitized.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

namespace {

/// One event as it is shown.
struct Shown {
  std::string id;
  std::string json;
  const store::Segment* segment;
  std::uint32_t index;

  [[nodiscard]] Padded padded() const { return Padded{json}; }
};

/// All events of a snapshot, put together.
std::vector<Shown> all_shown(const store::Snapshot& snapshot, const ShownEvents& shown) {
  std::vector<Shown> events;
  const ShownEvents stored{snapshot, true};
  for (const store::Segment& segment : snapshot.segments()) {
    for (std::uint32_t index = 0; index < segment.size(); ++index) {
      Shown event{{}, {}, &segment, index};
      shown.append(segment, index, event.json);
      std::string bytes;
      stored.append(segment, index, bytes);
      event.id = display_text(json_at(Padded{bytes}, "sharedEventID"));
      events.push_back(std::move(event));
    }
  }
  return events;
}

/// The texts of an event's values at a path.
std::vector<std::string> values_at(const Shown& event, const ShownEvents& shown, std::string_view path) {
  std::vector<std::string> values;
  if (derived_field(path) != nullptr) {
    if (auto value = event_value(shown, *event.segment, event.index, {}, path)) values.push_back(std::move(*value));
    return values;
  }
  const Padded padded{event.json};
  for_each_value_at(padded, path, [&](std::string_view json) {
    if (!json.empty() && json != "null") values.push_back(display_text(json));
  });
  return values;
}

std::set<std::string> listed(const store::Snapshot& snapshot, const Filter& filter) {
  std::set<std::string> ids;
  const ShownEvents stored{snapshot, true};
  list_events(snapshot, filter, Order::oldest, {}, [&](const ListedEvent& event) {
    std::string bytes;
    stored.append(*event.segment, event.index, bytes);
    ids.insert(display_text(json_at(Padded{bytes}, "sharedEventID")));
    return true;
  });
  return ids;
}

std::set<std::string> expected(const std::vector<Shown>& events, const std::function<bool(const Shown&)>& test) {
  std::set<std::string> ids;
  for (const Shown& event : events) {
    if (test(event)) ids.insert(event.id);
  }
  return ids;
}

bool any_value(const simdjson::ondemand::value& from, const std::function<bool(std::string_view)>& test) {
  simdjson::ondemand::value value = from;
  simdjson::ondemand::json_type type{};
  REQUIRE(!value.type().get(type));
  bool any = false;
  if (type == simdjson::ondemand::json_type::object) {
    for (auto field : value.get_object()) any = any_value(field.value(), test) || any;
  } else if (type == simdjson::ondemand::json_type::array) {
    for (auto element : value.get_array()) any = any_value(element.value(), test) || any;
  } else {
    std::string_view token = value.raw_json_token();
    while (token.ends_with(' ')) token.remove_suffix(1);
    any = token != "null" && test(display_text(token));
  }
  return any;
}

bool has_text(const Shown& event, const std::string& word) {
  const Padded padded{event.json};
  const std::string_view json = padded;
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  REQUIRE(!parser.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING).get(document));
  simdjson::ondemand::value value;
  REQUIRE(!document.get_value().get(value));
  return any_value(value, [&](std::string_view text) { return text.find(word) != std::string_view::npos; });
}

/// What one has and the other hasn't, for messages.
std::string difference(const std::set<std::string>& found, const std::set<std::string>& wanted,
                       const std::vector<Shown>& events) {
  std::string out;
  for (const Shown& event : events) {
    if (found.contains(event.id) != wanted.contains(event.id)) {
      out += (found.contains(event.id) ? "\nfound: " : "\nmissed: ") + event.json;
    }
  }
  return out;
}

/// A random condition, and whether an event's values hold it.
struct RandomCondition {
  std::string text;
  std::string path;
  std::function<bool(const std::vector<std::string>&)> holds;

  explicit RandomCondition(OddEvents& random) : path(random.pick(OddEvents::kPaths)) {
    const auto any = [](std::function<bool(const std::string&)> test) {
      return [test = std::move(test)](const std::vector<std::string>& values) {
        return std::any_of(values.begin(), values.end(), test);
      };
    };
    const auto negated = [&](const auto& test) {
      return [test](const std::vector<std::string>& values) { return !test(values); };
    };
    const auto present = [](const std::vector<std::string>& values) { return !values.empty(); };
    switch (random.below(8)) {
      case 0: text = path + "?", holds = present; return;
      case 1: text = path + "!?", holds = negated(present); return;
      case 2:
      case 3: {
        static constexpr std::array<std::string_view, 14> kGlobs{
            "*",    "",   "1*",      "0Xy12ab",   "*Ltd*", "org-*", "*org*",
            "true", "1?", "TLSv1.2", "123456789", "abc1",  "{*}",   "0a1b2c3d-0000-4000-8000-000000010001"};
        const std::string glob = random.pick(kGlobs);
        const auto test = any([pattern = Pattern{glob}](const std::string& value) { return pattern.matches(value); });
        const bool negative = random.one_in(2);
        text = path + (negative ? "!=" : "=") + glob;
        holds = negative ? std::function<bool(const std::vector<std::string>&)>{negated(test)} : test;
        return;
      }
      case 4: {
        static constexpr std::array<std::string_view, 7> kRegexes{
            "^$", "[0-9]+", "^0X", "Ltd", "org-[0-9a-f]+$", "x.y|e$", "^[a-z]+[0-9]$"};
        const std::string regex = random.pick(kRegexes);
        text = path + "~" + regex;
        holds = any([re = std::regex{regex}](const std::string& value) { return std::regex_search(value, re); });
        return;
      }
      default: break;
    }
    static constexpr std::array<std::string_view, 6> kOperands{"0",    "10",         "1e3",
                                                               "-2.5", "2024-05-02", "2024-05-01T12:00:03.1Z"};
    static constexpr std::array<std::string_view, 4> kSigns{"<", "<=", ">", ">="};
    const std::string sign = random.pick(kSigns);
    const std::string operand = random.pick(kOperands);
    text = path + sign + operand;
    holds = any([sign, with = *parse_ordered(operand)](const std::string& value) {
      const auto order = compare(value, with);
      if (!order) return false;
      return sign == "<" ? *order < 0 : sign == "<=" ? *order <= 0 : sign == ">" ? *order > 0 : *order >= 0;
    });
  }
};

Filter filter_of(FilterField field, const std::string& text, bool reveal, bool negated = false) {
  Filter filter;
  REQUIRE_FALSE(add_value(filter, {field, negated}, text));
  filter.as_stored = reveal;
  return filter;
}

void compare_conditions(const store::Snapshot& snapshot, OddEvents& random, bool reveal, int times) {
  const ShownEvents shown{snapshot, reveal};
  const std::vector<Shown> events = all_shown(snapshot, shown);
  for (int i = 0; i < times; ++i) {
    const RandomCondition condition{random};
    CAPTURE(condition.text);
    CAPTURE(reveal);
    const bool negated = random.one_in(5);
    const auto wanted = expected(events, [&](const Shown& event) {
      return condition.holds(values_at(event, shown, condition.path)) != negated;
    });
    const auto found = listed(snapshot, filter_of(FilterField::where, condition.text, reveal, negated));
    CHECK_MESSAGE(found == wanted, difference(found, wanted, events));
  }
}

void compare_searches(const store::Snapshot& snapshot, OddEvents& random, bool reveal, int times) {
  const ShownEvents shown{snapshot, reveal};
  const std::vector<Shown> events = all_shown(snapshot, shown);
  std::vector<std::string> words{"org-", "0Xy12ab", "a/b",    "23456", "fals", "f",
                                 "x",    "org-1",   "Ltd, x", "7]",    ", ",   "\"q\""};
  for (int i = 0; i < times; ++i) words.push_back(random.word());
  for (const std::string& word : words) {
    if (word.empty()) continue;
    CAPTURE(word);
    CAPTURE(reveal);
    const auto wanted = expected(events, [&](const Shown& event) { return has_text(event, word); });
    const auto found = listed(snapshot, filter_of(FilterField::text, word, reveal));
    CHECK_MESSAGE(found == wanted, difference(found, wanted, events));
  }
}

using Groups = std::map<std::vector<std::optional<std::string>>, std::uint64_t>;

Groups counted(const store::Snapshot& snapshot, const CountRequest& request) {
  Groups groups;
  for (const CountRow& row : count_events(snapshot, {}, request)) {
    std::vector<std::optional<std::string>> key = row.values;
    key.emplace_back(row.bucket);
    groups[key] += row.count;
  }
  return groups;
}

std::string difference(const Groups& found, const Groups& wanted) {
  std::string out;
  for (const auto& [groups, other, word] :
       {std::tuple{&found, &wanted, "\nfound"}, std::tuple{&wanted, &found, "\nwanted"}}) {
    for (const auto& [key, count] : *groups) {
      const auto same = other->find(key);
      if (same != other->end() && same->second == count) continue;
      out += std::string{word} + " " + std::to_string(count) + ":";
      for (const auto& value : key) out += " | " + value.value_or("(none)");
    }
  }
  return out;
}

void compare_counts(const store::Snapshot& snapshot, OddEvents& random, int times) {
  const ShownEvents shown{snapshot};
  const std::vector<Shown> events = all_shown(snapshot, shown);
  for (int i = 0; i < times; ++i) {
    CountRequest request;
    request.per = random.one_in(2) ? Bucket::day : Bucket::none;
    std::string names;
    for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
      request.by.push_back(random.pick(OddEvents::kPaths));
      names += request.by.back() + " ";
    }
    CAPTURE(names);
    Groups wanted;
    for (const Shown& event : events) {
      std::vector<std::optional<std::string>> key;
      const Padded padded{event.json};
      for (const std::string& name : request.by) {
        key.push_back(event_value(shown, *event.segment, event.index, padded, name));
      }
      const auto begin = bucket_of(event.segment->time(event.index), request.per).first;
      key.emplace_back(bucket_text(begin, request.per));
      ++wanted[key];
    }
    const Groups found = counted(snapshot, request);
    CHECK_MESSAGE(found == wanted, difference(found, wanted));
  }
}

}  // namespace

TEST_CASE("events that are kept whole answer as others do") {
  const int rounds = kSanitized ? 1 : 3;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    OddEvents random{static_cast<std::uint64_t>(round) + 101};
    FilledStore filled;
    if (round != 2) keep_secrets(filled.store);
    for (int commit = 0; commit < 3; ++commit) {
      std::vector<std::string> events;
      for (int i = 0; i < 40; ++i) {
        events.push_back(random.event());
        if (i % 2 == 0) events.back() = OddEvents::kept_whole(std::move(events.back()));
      }
      filled.add(events);
    }
    for (const bool merged : {false, true}) {
      CAPTURE(merged);
      if (merged) {
        while (filled.writer.merge_once(true)) {
        }
      }
      const store::Snapshot snapshot = filled.store.snapshot();
      for (const store::Segment& segment : snapshot.segments()) CHECK(segment.whole_table().has_value());
      for (const bool reveal : {false, true}) {
        compare_conditions(snapshot, random, reveal, kSanitized ? 20 : 100);
        compare_searches(snapshot, random, reveal, 12);
      }
      compare_counts(snapshot, random, kSanitized ? 10 : 30);
    }
  }
}

TEST_CASE("conditions, searches and counts by any path say what events that are put together say") {
  const int rounds = kSanitized ? 2 : 6;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    OddEvents random{static_cast<std::uint64_t>(round) + 1};
    FilledStore filled;
    // In some stores nobody keeps what is confidential, and in some nothing is known.
    if (round % 3 != 2) keep_secrets(filled.store);
    for (int commit = 0; commit < 5; ++commit) {
      std::vector<std::string> events;
      for (int i = 0; i < 60; ++i) events.push_back(random.event());
      filled.add(events);
    }
    for (const bool merged : {false, true}) {
      CAPTURE(merged);
      if (merged) {
        while (filled.writer.merge_once(true)) {
        }
      }
      const store::Snapshot snapshot = filled.store.snapshot();
      for (const bool reveal : {false, true}) {
        compare_conditions(snapshot, random, reveal, kSanitized ? 40 : 150);
        compare_searches(snapshot, random, reveal, 12);
      }
      compare_counts(snapshot, random, kSanitized ? 15 : 40);
    }
  }
}
