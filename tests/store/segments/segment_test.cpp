#include "store/segments/segment.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "built_segment.h"
#include "store/error.h"
#include "tests/support/random_event.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;
using store::Segment;
using store::SegmentBuilder;

namespace {

BuiltSegment build(const std::vector<std::string>& events, const std::vector<bool>& keep = {}) {
  event::RecordParser parser;
  SegmentBuilder builder{kSeed};
  add_all(builder, parser, events);
  return written([&](store::SegmentParts& parts) { return builder.encode(order_of(builder, keep), parts); });
}

std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::vector<std::string> texts_of(const Segment& segment) {
  std::vector<std::string> texts;
  for (std::uint32_t i = 0; i < segment.size(); ++i) texts.push_back(text_of(segment, i));
  return texts;
}

BuiltSegment merged(const std::vector<const BuiltSegment*>& inputs,
                    const std::vector<std::vector<std::uint8_t>>& keep = {}) {
  std::vector<Segment> segments;
  for (const BuiltSegment* input : inputs) segments.push_back(input->open());
  std::vector<store::MergeInput> merge;
  for (std::size_t i = 0; i < segments.size(); ++i)
    merge.push_back({&segments[i], keep.empty() ? std::vector<std::uint8_t>{} : keep[i]});
  return written([&](store::SegmentParts& parts) { return store::merge_segments(merge, tests::kSeed, parts).header; });
}

// The section that a byte of the (only) part lies in; 0 for padding between sections.
std::uint32_t section_at(const store::SegmentHeader& header, std::size_t at) {
  for (const store::SectionEntry& entry : header.sections) {
    if (at >= entry.offset && at < entry.offset + entry.length) return static_cast<std::uint32_t>(entry.id);
  }
  return 0;
}

// What the segment says about each event must agree with the event's bytes.
void check_against_bytes(const Segment& segment) {
  event::RecordParser parser;
  std::string scratch;
  std::string value;
  for (std::uint32_t i = 0; i < segment.size(); ++i) {
    const Padded bytes{text_of(segment, i)};
    event::Record record;
    REQUIRE(parser.parse(bytes, record) == event::Reason::none);
    REQUIRE(segment.time(i) == record.time);
    if (i > 0) {
      REQUIRE((segment.time(i - 1) < segment.time(i) ||
               (segment.time(i - 1) == segment.time(i) && segment.key(i - 1) <= segment.key(i))));
    }
    if (const auto id = record.text(event::Field::event_id, scratch))
      REQUIRE(segment.key(i) == store::key_of_event_id(*id));
    const auto found = segment.find(segment.key(i));
    REQUIRE(std::find(found.begin(), found.end(), i) != found.end());
    REQUIRE(segment.may_contain(segment.key(i)));
    for (std::size_t column = 0; column < store::kColumnCount; ++column) {
      const auto code = static_cast<std::uint32_t>(segment.column(column)[i]);
      const auto expected = record.text(store::kColumnFields[column], scratch);
      REQUIRE((code != 0) == expected.has_value());
      if (expected) REQUIRE(segment.dictionary(column).get(code - 1, value) == *expected);
    }
  }
  for (std::size_t column = 0; column < store::kColumnCount; ++column) {
    std::map<std::uint64_t, std::uint64_t> counts;
    for (std::uint32_t i = 0; i < segment.size(); ++i) ++counts[segment.column(column)[i]];
    const auto stored = segment.column_counts(column);
    for (std::uint64_t code = 0; code < stored.size(); ++code) REQUIRE(stored[code] == counts[code]);
  }
}

}  // namespace

TEST_CASE("one event comes back byte for byte") {
  const std::string json =
      "{ \"eventTime\":\"2024-05-01T10:00:00Z\",\r\n\t\"eventName\" : \"Get Program\", \"n\":[1, 2.50,\"\\u00e9\"] }";
  const BuiltSegment built = build({json});
  const Segment segment = built.open();
  REQUIRE(segment.size() == 1);
  CHECK(text_of(segment, 0) == json);
  CHECK(segment.header().events == 1);
  CHECK(segment.header().raw_bytes == json.size());
  CHECK(segment.header().min_time == 1714557600000);
  CHECK(segment.header().max_time == 1714557600000);
}

TEST_CASE("property: random events of odd layouts come back byte for byte") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    RandomEvents random{seed};
    std::vector<std::string> events;
    for (int i = 0; i < 1500; ++i) {
      switch (random.below(20)) {
        case 0:
          events.push_back(random.event("", 1714557600000 + static_cast<text::Timestamp>(random.below(100))));
          break;
        case 1: events.push_back(random.event("not-a-guid-" + std::to_string(i), -5000)); break;
        case 2: events.push_back(random.event(random.guid(), 1714557600123)); break;
        default: events.push_back(random.event());
      }
    }
    const BuiltSegment built = build(events);
    const Segment segment = built.open();
    REQUIRE(sorted(texts_of(segment)) == sorted(events));
    check_against_bytes(segment);
    segment.verify();
  }
}

TEST_CASE("a builder gives back what was added, and can be used again") {
  RandomEvents random{21};
  event::RecordParser parser;
  SegmentBuilder builder{kSeed};
  for (int round = 0; round < 5; ++round) {
    std::vector<std::string> events;
    for (int i = 0; i < 400; ++i) events.push_back(random.event());
    if (round == 3) {
      parser.reset();
      builder.forget_shapes();
    }
    add_all(builder, parser, events);
    REQUIRE(builder.size() == events.size());
    for (std::uint32_t i = 0; i < builder.size(); ++i) {
      std::string out;
      builder.append_event(i, out);
      REQUIRE(out == events[i]);
    }
    const BuiltSegment built =
        written([&](store::SegmentParts& parts) { return builder.encode(order_of(builder), parts); });
    REQUIRE(sorted(texts_of(built.open())) == sorted(events));
    builder.clear();
    REQUIRE(builder.size() == 0);
  }
}

TEST_CASE("property: events left out leave the others as they are") {
  RandomEvents random{22};
  for (const std::uint64_t share : {2, 10, 200}) {
    std::vector<std::string> events;
    std::vector<bool> keep;
    std::vector<std::string> kept;
    for (int i = 0; i < 1200; ++i) {
      events.push_back(random.event());
      keep.push_back(share == 200 ? random.one_in(200) : !random.one_in(share));
      if (keep.back()) kept.push_back(events.back());
    }
    const BuiltSegment built = build(events, keep);
    REQUIRE(sorted(texts_of(built.open())) == sorted(kept));
    check_against_bytes(built.open());
  }
}

TEST_CASE("property: merged segments hold the events of all, byte for byte, also after merging again") {
  RandomEvents random{23};
  std::vector<std::string> all;
  std::vector<BuiltSegment> inputs;
  for (const int size : {1, 700, 50, 1200}) {
    std::vector<std::string> events;
    for (int i = 0; i < size; ++i) events.push_back(random.event());
    all.insert(all.end(), events.begin(), events.end());
    inputs.push_back(build(events));
  }
  const BuiltSegment first = merged({&inputs[0], &inputs[1]});
  const BuiltSegment second = merged({&first, &inputs[2], &inputs[3]});
  const Segment segment = second.open();
  REQUIRE(segment.size() == all.size());
  REQUIRE(sorted(texts_of(segment)) == sorted(all));
  check_against_bytes(segment);
  segment.verify();
}

TEST_CASE("property: a merge that keeps some events holds those, and nothing of the others") {
  RandomEvents random{24};
  std::vector<BuiltSegment> inputs;
  for (const int size : {300, 500}) {
    std::vector<std::string> events;
    for (int i = 0; i < size; ++i) events.push_back(random.event());
    inputs.push_back(build(events));
  }
  std::vector<std::vector<std::uint8_t>> keep;
  std::vector<std::string> kept;
  for (const BuiltSegment& input : inputs) {
    const Segment segment = input.open();
    keep.emplace_back();
    for (std::uint32_t i = 0; i < segment.size(); ++i) {
      keep.back().push_back(random.one_in(3) ? 1 : 0);
      if (keep.back().back() != 0) kept.push_back(text_of(segment, i));
    }
  }
  const BuiltSegment built = merged({&inputs[0], &inputs[1]}, keep);
  REQUIRE(sorted(texts_of(built.open())) == sorted(kept));
  check_against_bytes(built.open());
}

// An event with `count` members whose names nobody had before.
std::string with_new_keys(RandomEvents& random, int count) {
  static int made = 0;
  std::string json = random.event();
  json.pop_back();
  json += ",\"additionalEventData\":{";
  for (int i = 0; i < count; ++i)
    json += (i == 0 ? "\"k" : ",\"k") + std::to_string(++made) + "\":" + std::to_string(i);
  return json + "}}";
}

// What a table or a path may take at most, beyond the bound.
void check_plan(const Segment& segment) {
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < segment.path_count(); ++i)
    bytes += store::plan_bytes_of_path(segment.path_name(i).size());
  for (std::uint32_t i = 0; i < segment.table_count(); ++i) {
    const store::Table& table = segment.table(i);
    CHECK(table.slots.size() <= event::kMostRememberedLeaves);
    bytes += store::plan_bytes_of_table(table.skeleton.size(), table.slots.size());
  }
  CHECK(bytes <= store::kMostPlanBytes + (std::size_t{1} << 20));
}

TEST_CASE("ever new keys, and very many values, make no more tables and paths than a bound; events come back") {
  RandomEvents random{77};
  std::vector<BuiltSegment> built;
  std::vector<std::string> all;
  for (int round = 0; round < 6; ++round) {
    CAPTURE(round);
    std::vector<std::string> events;
    for (int i = 0; i < 20; ++i) events.push_back(random.event());
    for (int i = 0; i < (round < 4 ? 5 : 30); ++i) events.push_back(with_new_keys(random, 900));
    if (round % 2 == 0) events.push_back(with_new_keys(random, 3000));
    built.push_back(build(events));
    const Segment segment = built.back().open();
    CHECK(segment.whole_table().has_value() == (round % 2 == 0 || round >= 4));
    check_plan(segment);
    CHECK(sorted(texts_of(segment)) == sorted(events));
    all.insert(all.end(), events.begin(), events.end());
  }
  std::vector<const BuiltSegment*> inputs;
  for (const BuiltSegment& one : built) inputs.push_back(&one);
  const BuiltSegment once = merged(inputs);
  const Segment segment = once.open();
  CHECK(sorted(texts_of(segment)) == sorted(all));
  check_plan(segment);
  REQUIRE(segment.whole_table());
  // The tables with the most events aren't whole ones.
  for (std::uint32_t i = 0; i < segment.table_count(); ++i) {
    CHECK((segment.table(i).skeleton == store::kWholeRecord) == (i == segment.whole_table()->number));
  }
  std::string name;
  for (std::uint32_t i = 0; i < segment.size(); ++i) {
    const std::string json = text_of(segment, i);
    const std::uint64_t code = segment.column(1)[i];
    REQUIRE(code != 0);
    CHECK(json.find("\"eventName\"") != std::string::npos);
    CHECK(json.find(segment.dictionary(1).get(static_cast<std::uint32_t>(code - 1), name)) != std::string::npos);
    if (segment.table_of(i) == segment.whole_table()->number) CHECK(segment.whole_event(i, name) == json);
  }
  std::vector<std::uint8_t> keep;
  std::vector<std::string> kept;
  for (std::uint32_t i = 0; i < segment.size(); ++i) {
    keep.push_back(i % 3 == 0 ? 1 : 0);
    if (keep.back() != 0) kept.push_back(text_of(segment, i));
  }
  const BuiltSegment again = merged({&once}, {keep});
  CHECK(texts_of(again.open()) == kept);
  check_plan(again.open());
}

TEST_CASE("first_at is the first event at or after a time") {
  RandomEvents random{25};
  std::vector<std::string> events;
  for (int i = 0; i < 300; ++i)
    events.push_back(
        random.event(random.guid(), 1714557600000 + 60000 * static_cast<text::Timestamp>(random.below(20))));
  const BuiltSegment built = build(events);
  const Segment segment = built.open();
  for (int minute = -1; minute < 22; ++minute) {
    for (const int offset : {-1, 0, 1}) {
      const text::Timestamp time = 1714557600000 + minute * 60000 + offset;
      std::uint32_t expected = 0;
      while (expected < segment.size() && segment.time(expected) < time) ++expected;
      CHECK(segment.first_at(time) == expected);
    }
  }
}

TEST_CASE("the key of an event: GUID, hash of another eventID, hash of the bytes") {
  CHECK(store::key_of_event_id("00112233-4455-6677-8899-aabbccddeeff") ==
        *event::parse_guid("00112233-4455-6677-8899-aabbccddeeff"));
  CHECK(store::key_of_event_id("00112233-4455-6677-8899-AABBCCDDEEFF") !=
        *event::parse_guid("00112233-4455-6677-8899-aabbccddeeff"));
  CHECK(store::key_of_event_id("x") == store::key_of_event_id("x"));
  CHECK(store::key_of_event_id("x") != store::key_of_event_id("y"));
}

TEST_CASE("G5: any flipped bit in a segment is an error or changes nothing that is read") {
  RandomEvents random{26};
  std::vector<std::string> events;
  for (int i = 0; i < 120; ++i) events.push_back(random.event());
  BuiltSegment built = build(events);
  REQUIRE(built.parts.size() == 1);
  const std::vector<std::string> right = texts_of(built.open());
  std::uint64_t errors = 0;
  std::uint64_t wrong = 0;
  for (MappedBytes& part : built.parts) {
    const std::size_t size = part.size();
    // Each byte once, with a bit that varies.
    for (std::size_t at = 0; at < size; ++at) {
      const char before = part[at];
      part[at] = static_cast<char>(part[at] ^ (1 << (at * 5 % 8)));
      std::uint32_t index = static_cast<std::uint32_t>(at % events.size());
      try {
        const Segment segment = built.open();
        if (text_of(segment, index) != right[index]) ++wrong;
        index = static_cast<std::uint32_t>(random.below(events.size()));
        if (text_of(segment, index) != right[index]) ++wrong;
      } catch (const store::StoreError& error) {
        if (error.kind() == store::StoreErrorKind::corrupt) ++errors;
      }
      if (at % 16 == 0 && section_at(built.header, at) != 0) CHECK_THROWS_AS(built.open().verify(), store::StoreError);
      part[at] = before;
    }
  }
  CHECK(wrong == 0);
  CHECK(errors > 0);
}

TEST_CASE("G5: columns and dictionaries that a query reads give the right answer or an error") {
  RandomEvents random{27};
  std::vector<std::string> events;
  for (int i = 0; i < 60; ++i) events.push_back(random.event());
  BuiltSegment built = build(events);
  const auto answers = [&](const Segment& segment) {
    std::string out;
    std::string scratch;
    for (std::size_t column = 0; column < store::kColumnCount; column += 3) {
      for (std::uint32_t i = 0; i < segment.size(); i += 7) {
        const auto code = static_cast<std::uint32_t>(segment.column(column)[i]);
        out += code == 0 ? "-" : segment.dictionary(column).get(code - 1, scratch);
        out += "|";
      }
      const auto counts = segment.column_counts(column);
      for (std::uint64_t i = 0; i < counts.size(); ++i) out += std::to_string(counts[i]) + ",";
    }
    for (std::uint32_t i = 0; i < segment.size(); i += 11) out += std::to_string(segment.time(i)) + ";";
    return out;
  };
  const std::string right = answers(built.open());
  std::uint64_t wrong = 0;
  std::map<std::uint32_t, std::uint64_t> wrong_in;  // By section.
  for (MappedBytes& part : built.parts) {
    for (std::size_t at = 0; at < part.size(); ++at) {
      const char before = part[at];
      part[at] = static_cast<char>(part[at] ^ (1 << (at % 8)));
      try {
        if (answers(built.open()) != right) {
          ++wrong;
          ++wrong_in[section_at(built.header, at)];
        }
      } catch (const store::StoreError&) {
      }
      part[at] = before;
    }
  }
  for (const auto& wrong_here : wrong_in) {
    CAPTURE(wrong_here.first);
    CHECK(wrong_here.second == 0);
  }
  CHECK(wrong == 0);
}

TEST_CASE("a header cut short or changed is refused or decodes to something else, never past its end") {
  RandomEvents random{28};
  const BuiltSegment built = build({random.event(), random.event()});
  const std::string bytes = store::encode_header(built.header);
  CHECK(store::decode_header(bytes).events == 2);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_THROWS_AS(store::decode_header(bytes.substr(0, size)), store::StoreError);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    CHECK_THROWS_AS(store::decode_header(changed), store::StoreError);
  }
}
