// Filters, lists and counts over a store, against brute force over the events' JSON.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "event/canonical_name.h"
#include "query/count.h"
#include "query/event_list.h"
#include "query/field_catalogue.h"
#include "query/ip_range.h"
#include "query/json_path.h"
#include "query/known_secrets.h"
#include "query/shown_event.h"
#include "query/stats.h"
#include "store/writer.h"
#include "tests/support/padded.h"
#include "tests/support/random_event.h"
#include "tests/support/sanitized.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

namespace {

/// A store filled in several commits.
struct Filled {
  TemporaryDirectory directory;
  store::Store store{directory.path("s"), store::Store::Mode::write};
  store::Writer writer{store};
  std::vector<std::string> events;

  // As every writer of the program: else each question looks through all events for what is confidential.
  Filled() { query::keep_secrets(store); }

  void add(const std::vector<std::string>& more) {
    event::RecordParser parser;
    const auto batch = writer.new_batch();
    for (const std::string& json : more) {
      const Padded bytes{json};
      event::Record record;
      REQUIRE(parser.parse(bytes, record) == event::Reason::none);
      batch->add(record);
      events.push_back(json);
    }
    store::Commit commit;
    commit.batches.push_back(writer.seal(*batch));
    writer.commit(std::move(commit));
  }

  std::vector<std::string> list(const Filter& filter, Order order = Order::oldest,
                                std::optional<std::uint64_t> limit = {}) {
    const auto snapshot = store.snapshot();
    std::vector<std::string> found;
    const auto visited = list_events(snapshot, filter, order, limit, [&](const ListedEvent& event) {
      found.emplace_back();
      event.segment->append_event(event.index, snapshot.hash_seed(), found.back());
      return true;
    });
    REQUIRE(visited == found.size());
    return found;
  }
};

/// The value of a path in an event; nothing if it isn't there.
std::optional<std::string> at(const std::string& json, std::string_view path) {
  const std::string value = json_at(Padded{json}, path);
  if (value.empty() || value == "null" || value[0] == '{' || value[0] == '[') return std::nullopt;
  return display_text(value);
}

Filter filter_of(FilterField field, std::initializer_list<const char*> texts) {
  Filter filter;
  for (const char* text : texts) filter.add(field, text);
  return filter;
}

std::string event_of(const std::string& members, const std::string& time = "2024-05-01T10:00:00Z") {
  static int number = 0;
  char id[40];
  std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012d", ++number);
  return R"({"eventTime":")" + time + R"(","eventID":")" + id + "\"," + members + "}";
}

std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace

TEST_CASE("R3: a name is found by either spelling, and counted under its canonical one") {
  Filled filled;
  const std::string source = R"("eventSource":"activate.amazonaws.com","eventName":)";
  filled.add({event_of(source + R"("GetAccountContanct")"), event_of(source + R"("GetAccountContact")"),
              event_of(source + R"("Get Program")"),
              event_of(R"("eventSource":"s3.amazonaws.com","eventName":"Get Program")")});
  CHECK(filled.list(filter_of(FilterField::name, {"GetAccountContact"})).size() == 2);
  CHECK(filled.list(filter_of(FilterField::name, {"GetAccountContanct"})).size() == 2);
  CHECK(filled.list(filter_of(FilterField::name, {"GetProgram"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::name, {"Get Program"})).size() == 2);
  CHECK(filled.list(filter_of(FilterField::name, {"GetProg*"})).size() == 1);
  const auto canonical = count_events(filled.store.snapshot(), {}, {{"name"}, Bucket::none, {}});
  REQUIRE(canonical.size() == 3);
  CHECK(canonical[0].values[0] == "GetAccountContact");
  CHECK(canonical[0].count == 2);
  const auto raw = count_events(filled.store.snapshot(), filter_of(FilterField::source, {"activate.amazonaws.com"}),
                                {{"eventName"}, Bucket::none, {}});
  REQUIRE(raw.size() == 3);
  for (const auto& row : raw) CHECK(row.count == 1);
}

TEST_CASE("error: any, none, a code, a glob") {
  Filled filled;
  filled.add({event_of(R"("eventName":"A","errorCode":"AccessDenied")"), event_of(R"("eventName":"B")"),
              event_of(R"("eventName":"C","errorCode":null)"),
              event_of(R"("eventName":"D","errorCode":"Client.Unauthorized")"),
              event_of(R"("eventName":"E","errorCode":"")")});
  const auto names = [&](std::initializer_list<const char*> texts) {
    std::string out;
    for (const auto& json : filled.list(filter_of(FilterField::error, texts))) out += *at(json, "eventName");
    std::sort(out.begin(), out.end());
    return out;
  };
  CHECK(names({"any"}) == "AD");
  CHECK(names({"none"}) == "BCE");
  CHECK(names({"AccessDenied"}) == "A");
  CHECK(names({"Client.*"}) == "D");
  CHECK(names({"AccessDenied", "none"}) == "ABCE");
  CHECK(names({"any", "none"}) == "ABCDE");
  CHECK(names({"nothing"}).empty());
}

TEST_CASE("user, principal, role and session") {
  Filled filled;
  filled.add(
      {event_of(R"("eventName":"A","userIdentity":{"type":"Root","arn":"arn:aws:iam::1:root"})"),
       event_of(
           R"("eventName":"B","userIdentity":{"type":"IAMUser","userName":"alice","arn":"arn:aws:iam::1:user/alice","principalId":"AIDA1"})"),
       event_of(
           R"("eventName":"C","userIdentity":{"type":"AssumedRole","principalId":"AROA:bob","arn":"arn:aws:sts::1:assumed-role/Dev/bob","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::1:role/p/Dev","userName":"Dev"}}})"),
       event_of(R"("eventName":"D","userIdentity":{"type":"AWSService","invokedBy":"ec2.amazonaws.com"})"),
       event_of(R"("eventName":"E")")});
  const auto names = [&](FilterField field, const char* text) {
    std::string out;
    for (const auto& json : filled.list(filter_of(field, {text}))) out += *at(json, "eventName");
    std::sort(out.begin(), out.end());
    return out;
  };
  CHECK(names(FilterField::user, "root") == "A");
  CHECK(names(FilterField::user, "alice") == "B");
  CHECK(names(FilterField::user, "bob") == "C");
  CHECK(names(FilterField::user, "Dev") == "C");
  CHECK(names(FilterField::user, "ali*") == "B");
  CHECK(names(FilterField::principal, "arn:aws:iam::1:user/alice") == "B");
  CHECK(names(FilterField::principal, "AIDA1") == "B");
  CHECK(names(FilterField::principal, "arn:aws:iam::1:role/p/Dev") == "C");
  CHECK(names(FilterField::principal, "arn:aws:sts::*") == "C");
  CHECK(names(FilterField::principal, "ec2.amazonaws.com") == "D");
  CHECK(names(FilterField::session, "bob") == "C");
  CHECK(names(FilterField::session, "b*") == "C");
  CHECK(names(FilterField::session, "Dev") == "");
  CHECK(names(FilterField::session, "*") == "C");
}

TEST_CASE("resources: by ARN, glob, or the name at its end; among several") {
  Filled filled;
  filled.add({event_of(R"("eventName":"A","resources":[{"ARN":"arn:aws:s3:::b1"},{"ARN":"arn:aws:s3:::b2/key"}])"),
              event_of(R"("eventName":"B","resources":[{"ARN":"arn:aws:s3:::b\u0033"}])"),
              event_of(R"("eventName":"C")")});
  CHECK(filled.list(filter_of(FilterField::resource, {"arn:aws:s3:::b1"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::resource, {"key"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::resource, {"b3"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::resource, {"arn:aws:s3:::*"})).size() == 2);
  CHECK(filled.list(filter_of(FilterField::resource, {"b1", "b3"})).size() == 2);
  CHECK(filled.list(filter_of(FilterField::resource, {"b2"})).empty());
}

TEST_CASE("since is inclusive, until exclusive") {
  Filled filled;
  filled.add({event_of(R"("eventName":"A")", "2024-05-01T10:00:00Z"),
              event_of(R"("eventName":"B")", "2024-05-01T10:00:01Z"),
              event_of(R"("eventName":"C")", "2024-05-01T10:00:01.500Z")});
  const text::Timestamp ten = 1714557600000;
  const auto count = [&](std::optional<text::Timestamp> since, std::optional<text::Timestamp> until) {
    Filter filter;
    filter.since = since;
    filter.until = until;
    return filled.list(filter).size();
  };
  CHECK(count({}, {}) == 3);
  CHECK(count(ten, {}) == 3);
  CHECK(count(ten + 1, {}) == 2);
  CHECK(count(ten + 1000, {}) == 2);
  CHECK(count(ten + 1001, {}) == 1);
  CHECK(count({}, ten) == 0);
  CHECK(count({}, ten + 1) == 1);
  CHECK(count({}, ten + 1000) == 1);
  CHECK(count(ten, ten) == 0);
  CHECK(count(ten + 5000, ten) == 0);
  CHECK(count({}, ten + 1501) == 3);
}

TEST_CASE("a list is in order of time, then ID, newest or oldest first, over all segments; a limit cuts it") {
  Filled filled;
  RandomEvents random{51};
  for (int batch = 0; batch < 5; ++batch) {
    std::vector<std::string> events;
    for (int i = 0; i < 300; ++i)
      events.push_back(
          random.event(random.guid(), 1714557600000 + 1000 * static_cast<text::Timestamp>(random.below(40))));
    filled.add(events);
  }
  const auto oldest = filled.list({});
  REQUIRE(oldest.size() == 1500);
  const auto key = [](const std::string& json) { return *at(json, "eventTime") + *at(json, "eventID"); };
  for (std::size_t i = 1; i < oldest.size(); ++i) REQUIRE(key(oldest[i - 1]) < key(oldest[i]));
  auto newest = filled.list({}, Order::newest);
  std::reverse(newest.begin(), newest.end());
  CHECK(newest == oldest);
  for (const std::uint64_t limit : {0, 1, 7, 299, 1500, 5000}) {
    const auto first = filled.list({}, Order::oldest, limit);
    REQUIRE(first.size() == std::min<std::size_t>(limit, 1500));
    CHECK(std::equal(first.begin(), first.end(), oldest.begin()));
    const auto last = filled.list({}, Order::newest, limit);
    REQUIRE(last.size() == first.size());
    if (!last.empty()) CHECK(last[0] == oldest.back());
  }
}

TEST_CASE("a visitor that has enough ends the list") {
  Filled filled;
  RandomEvents random{52};
  filled.add({random.event(), random.event(), random.event()});
  int seen = 0;
  CHECK(list_events(filled.store.snapshot(), {}, Order::newest, {}, [&](const ListedEvent&) { return ++seen < 2; }) ==
        2);
}

TEST_CASE("find_events: one, none, several variants, IDs that aren't GUIDs") {
  Filled filled;
  const std::string id = "00112233-4455-6677-8899-aabbccddeeff";
  const auto with = [&](const std::string& event_id, const std::string& name) {
    return R"({"eventTime":"2024-05-01T10:00:00Z","eventName":")" + name + R"(","eventID":")" + event_id + "\"}";
  };
  filled.add({with(id, "A"), with("custom-1", "B")});
  filled.add({with(id, "C")});
  const auto snapshot = filled.store.snapshot();
  CHECK(find_events(snapshot, id).size() == 2);
  CHECK(find_events(snapshot, "custom-1").size() == 1);
  CHECK(find_events(snapshot, "custom-2").empty());
  CHECK(find_events(snapshot, "").empty());
  CHECK(filled.list(filter_of(FilterField::event_id, {"custom-1"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::event_id, {"custom-*"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::event_id, {"00112233-*", "custom-1"})).size() == 3);
  CHECK(filled.list(filter_of(FilterField::event_id, {id.c_str()})).size() == 2);
}

namespace {

using Test = std::function<bool(const std::string&)>;

Test path_matches(std::string_view path, const char* text) {
  return [path, pattern = Pattern{text}](const std::string& json) {
    const auto value = at(json, path);
    return value && pattern.matches(*value);
  };
}

Test name_matches(const char* text) {
  return [pattern = Pattern{text}](const std::string& json) {
    const std::string name = *at(json, "eventName");
    if (pattern.matches(name)) return true;
    const std::string canonical{event::canonical_name(at(json, "eventSource").value_or(""), name)};
    if (pattern.matches(canonical)) return true;
    for (const auto& alias : event::name_aliases()) {
      if (at(json, "eventSource") == alias.source && canonical == alias.canonical && pattern.matches(alias.logged))
        return true;
    }
    return false;
  };
}

// A filter, and what it means.
struct Choice {
  FilterField field;
  const char* text;
  Test test;
};

std::vector<Choice> filter_choices() {
  return {
      {FilterField::name, "GetAccountContact", name_matches("GetAccountContact")},
      {FilterField::name, "Get Program", name_matches("Get Program")},
      {FilterField::name, "*Object", name_matches("*Object")},
      {FilterField::source, "activate.amazonaws.com", path_matches("eventSource", "activate.amazonaws.com")},
      {FilterField::source, "s*", path_matches("eventSource", "s*")},
      {FilterField::region, "eu-west-1", path_matches("awsRegion", "eu-west-1")},
      {FilterField::access_key, "AKIA1*", path_matches("userIdentity.accessKeyId", "AKIA1*")},
      {FilterField::type, "AwsConsoleSignIn", path_matches("eventType", "AwsConsoleSignIn")},
      {FilterField::category, "Data", path_matches("eventCategory", "Data")},
      {FilterField::request_id, "REQ1*", path_matches("requestID", "REQ1*")},
      {FilterField::request_id, "*-*", path_matches("requestID", "*-*")},
      {FilterField::error, "NoSuchKey", path_matches("errorCode", "NoSuchKey")},
      {FilterField::error, "any", [](const std::string& json) { return !at(json, "errorCode").value_or("").empty(); }},
      {FilterField::error, "none", [](const std::string& json) { return at(json, "errorCode").value_or("").empty(); }},
      {FilterField::ip, "203.0.113.0/24",
       [](const std::string& json) { return at(json, "sourceIPAddress")->starts_with("203.0.113."); }},
      {FilterField::ip, "2001:db8::/32",
       [](const std::string& json) { return at(json, "sourceIPAddress")->starts_with("2001:"); }},
      {FilterField::ip, "AWS*", path_matches("sourceIPAddress", "AWS*")},
      {FilterField::account, "111122223333",
       [](const std::string& json) {
         return at(json, "recipientAccountId").value_or(at(json, "userIdentity.accountId").value_or("")) ==
                "111122223333";
       }},
      {FilterField::principal, "*user/user1*", path_matches("userIdentity.arn", "*user/user1*")},
      {FilterField::resource, "arn:aws:s3:::bucket7/key",
       [](const std::string& json) {
         return json_at(Padded{json}, "resources[].ARN").find("\"arn:aws:s3:::bucket7/key\"") != std::string::npos;
       }},
      {FilterField::event_id, "0*", path_matches("eventID", "0*")},
  };
}

}  // namespace

TEST_CASE("property: every filter gives what brute force gives") {
  Filled filled;
  RandomEvents random{53};
  for (int batch = 0; batch < 4; ++batch) {
    std::vector<std::string> events;
    for (int i = 0; i < (kSanitized ? 300 : 1500); ++i) events.push_back(random.event());
    filled.add(events);
  }
  const std::vector<Choice> choices = filter_choices();
  const std::size_t singles = 2 * choices.size();  // Each alone, as it is and negated; then some together.
  for (std::size_t round = 0; round < singles + 120; ++round) {
    Filter filter;
    std::map<std::pair<FilterField, bool>, std::vector<const Choice*>> chosen;
    const std::uint64_t many = round < singles ? 1 : random.below(4);
    for (std::uint64_t n = 0; n < many; ++n) {
      const Choice& choice = choices[round < singles ? round / 2 : random.below(choices.size())];
      const bool negated = round < singles ? round % 2 == 1 : random.one_in(3);
      chosen[{choice.field, negated}].push_back(&choice);
      filter.add(choice.field, choice.text, negated);
    }
    if (random.one_in(3)) filter.read_only = random.one_in(2);
    if (random.one_in(3))
      filter.since = 1714557600000 + static_cast<text::Timestamp>(random.below(30)) * text::kDay / 10;
    if (random.one_in(3))
      filter.until = 1714557600000 + static_cast<text::Timestamp>(random.below(30)) * text::kDay / 10;
    std::vector<std::string> expected;
    for (const std::string& json : filled.events) {
      const text::Timestamp time = *text::parse_timestamp(*at(json, "eventTime"));
      bool passes = (!filter.since || time >= *filter.since) && (!filter.until || time < *filter.until);
      if (passes && filter.read_only) passes = at(json, "readOnly") == (*filter.read_only ? "true" : "false");
      for (const auto& [field, tests] : chosen) {
        if (!passes) break;
        const bool any =
            std::any_of(tests.begin(), tests.end(), [&](const Choice* choice) { return choice->test(json); });
        passes = any != field.second;
      }
      if (passes) expected.push_back(json);
    }
    std::string asked;
    for (const auto& field : filter.fields) {
      for (const auto& text : field.texts) asked += signed_filter_name({field.field, field.negated}) + "=" + text + " ";
    }
    CAPTURE(asked);
    const auto found = filled.list(filter);
    CHECK(found.size() == expected.size());
    REQUIRE(sorted(found) == sorted(expected));
    std::uint64_t counted = 0;
    for (const auto& row : count_events(filled.store.snapshot(), filter, {})) counted += row.count;
    CHECK(counted == expected.size());
  }
}

TEST_CASE("property: counts by fields and buckets are those of brute force, before and after merging") {
  Filled filled;
  RandomEvents random{54};
  for (int batch = 0; batch < 3; ++batch) {
    std::vector<std::string> events;
    for (int i = 0; i < 900; ++i) events.push_back(random.event());
    filled.add(events);
  }
  const std::vector<std::pair<std::string, std::string>> fields{
      {"source", "eventSource"},
      {"region", "awsRegion"},
      {"error", "errorCode"},
      {"read-only", "readOnly"},
      {"identity", "userIdentity.type"},
      {"requestParameters.bucketName", "requestParameters.bucketName"},
      {"eventName", "eventName"},
      {"eventVersion", "eventVersion"}};
  for (int round = 0; round < 40; ++round) {
    if (round == 20) {
      while (filled.writer.merge_once(true)) {
      }
    }
    CountRequest request;
    std::vector<std::string> paths;
    for (std::uint64_t n = random.below(3); n > 0; --n) {
      const auto& [name, path] = fields[random.below(fields.size())];
      request.by.push_back(name);
      paths.push_back(path);
    }
    request.per = static_cast<Bucket>(random.below(4));
    std::map<std::pair<std::string, std::vector<std::optional<std::string>>>, std::uint64_t> expected;
    for (const std::string& json : filled.events) {
      std::vector<std::optional<std::string>> values;
      for (const auto& path : paths) {
        const std::string value = json_at(Padded{json}, path);
        values.push_back(value.empty() || value == "null" ? std::nullopt : std::optional{display_text(value)});
      }
      const std::string time = *at(json, "eventTime");
      const std::string bucket = request.per == Bucket::none   ? ""
                                 : request.per == Bucket::hour ? time.substr(0, 13) + ":00:00Z"
                                                               : time.substr(0, request.per == Bucket::day ? 10 : 7);
      ++expected[{bucket, values}];
    }
    const auto rows = count_events(filled.store.snapshot(), {}, request);
    std::string by;
    for (const auto& field : request.by) by += field + " ";
    CAPTURE(by);
    CHECK(rows.size() == expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      REQUIRE(expected[{rows[i].bucket, rows[i].values}] == rows[i].count);
      if (i > 0) {
        REQUIRE(rows[i - 1].bucket <= rows[i].bucket);
        if (rows[i - 1].bucket == rows[i].bucket) REQUIRE(rows[i - 1].count >= rows[i].count);
      }
    }
  }
}

TEST_CASE("every field of a name alone, over all events and by a filter, is counted as each event has it") {
  Filled filled;
  RandomEvents random{55};
  std::vector<std::string> events;
  for (int i = 0; i < 500; ++i) events.push_back(random.event());
  // Callers whose name stands in another place than most have it, or nowhere.
  for (const char* identity :
       {R"({"type":"IdentityCenterUser","onBehalfOf":{"userId":"u-1","identityStoreArn":"arn:x"}})",
        R"({"type":"AWSService","invokedBy":"s3.amazonaws.com"})", R"({"type":"Root"})",
        R"({"type":"IAMUser","userName":"zoe"})", R"({"type":"IAMUser","arn":"","principalId":"AIDA1"})", "{}",
        "null"}) {
    events.push_back(event_of(R"("eventSource":"s3.amazonaws.com","eventName":"GetObject","userIdentity":)" +
                              std::string{identity}));
  }
  filled.add(events);
  const auto snapshot = filled.store.snapshot();
  const ShownEvents shown{snapshot};
  for (const std::string_view name : field_names()) {
    if (name == "verdict") continue;
    for (const Filter& filter : {Filter{}, filter_of(FilterField::name, {"Get*"})}) {
      std::map<std::optional<std::string>, std::uint64_t> expected;
      list_events(snapshot, filter, Order::oldest, {}, [&](const ListedEvent& event) {
        std::string json;
        shown.append(*event.segment, event.index, json);
        const std::size_t size = json.size();
        json.append(event::kPadding, '\0');
        ++expected[event_value(shown, *event.segment, event.index, {json.data(), size}, name)];
        return true;
      });
      CountRequest request;
      request.by = {std::string{name}};
      std::map<std::optional<std::string>, std::uint64_t> counted;
      for (const auto& row : count_events(snapshot, filter, request)) counted[row.values.front()] += row.count;
      CAPTURE(name);
      CHECK(counted == expected);
    }
  }
}

TEST_CASE("top keeps the largest rows, in each bucket if there are some") {
  Filled filled;
  filled.add(
      {event_of(R"("eventName":"A")", "2024-05-01T00:00:00Z"), event_of(R"("eventName":"A")", "2024-05-01T01:00:00Z"),
       event_of(R"("eventName":"B")", "2024-05-01T02:00:00Z"), event_of(R"("eventName":"B")", "2024-05-02T00:00:00Z"),
       event_of(R"("eventName":"C")", "2024-05-02T00:00:00Z"), event_of(R"("eventName":"C")", "2024-05-02T00:00:00Z")});
  const auto snapshot = filled.store.snapshot();
  CHECK(count_events(snapshot, {}, {{"name"}, Bucket::none, 1}).size() == 1);
  CHECK_THROWS_AS(count_events(snapshot, {}, {{"name"}, Bucket::none, 1, 1}), TooManyRows);
  MemoryBudget little{1000};
  CHECK_THROWS_AS(count_groups(snapshot, {}, {{"eventID"}, Bucket::none, 1, {}, &little}), OverBudget);
  CHECK_THROWS_AS(count_groups(snapshot, {}, {{"name", "user"}, Bucket::hour, 1, {}, &little}), OverBudget);
  CHECK(little.used() == 0);
  const auto rows = count_events(snapshot, {}, {{"name"}, Bucket::day, 1});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].bucket == "2024-05-01");
  CHECK(rows[0].values[0] == "A");
  CHECK(rows[1].values[0] == "C");
  CHECK(count_events(snapshot, {}, {{"name"}, Bucket::month, {}})[0].bucket == "2024-05");
}

TEST_CASE("an empty store answers: nothing") {
  Filled filled;
  CHECK(filled.list({}).empty());
  CHECK(count_events(filled.store.snapshot(), {}, {{"name"}, Bucket::day, {}}).empty());
  const Stats stats = collect_stats(filled.store);
  CHECK(stats.events == 0);
  CHECK(stats.sources.empty());
}

TEST_CASE("stats: events, variants, raw bytes, time span and sources") {
  Filled filled;
  const std::string a =
      R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"A","eventSource":"s3.amazonaws.com","eventID":"x"})";
  const std::string b =
      R"({"eventTime":"2024-05-03T10:00:00Z","eventName":"B","eventSource":"s3.amazonaws.com","eventID":"x"})";
  const std::string c =
      R"({"eventTime":"2024-05-02T10:00:00Z","eventName":"B","eventSource":"iam.amazonaws.com","eventID":"y"})";
  filled.add({a});
  filled.add({b, c, c});
  const Stats stats = collect_stats(filled.store);
  CHECK(stats.events == 3);
  CHECK(stats.variants == 1);
  CHECK(stats.raw_bytes == a.size() + b.size() + c.size());
  CHECK(stats.first == 1714557600000);
  CHECK(stats.last == 1714557600000 + 2 * text::kDay);
  REQUIRE(stats.sources.size() == 2);
  CHECK(stats.sources[0].source == "s3.amazonaws.com");
  CHECK(stats.sources[0].events == 2);
}
