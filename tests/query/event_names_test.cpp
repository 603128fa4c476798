// What events are called.
#include "query/event_names.h"

#include <doctest/doctest.h>

#include "event/guid.h"
#include "store/event_key.h"
#include "tests/support/filled_store.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

constexpr const char* kNamed =
    R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"A","eventID":"00000000-0000-0000-0000-000000000001"})";
constexpr const char* kOdd = R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"A","eventID":"an-id"})";
constexpr const char* kUnnamed = R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"A","orgId":"0Xy12"})";

std::string guid_of(const store::EventKey& key) {
  std::string guid;
  event::append_guid(key.data(), guid);
  return guid;
}

std::size_t found(const store::Snapshot& snapshot, const std::string& name) {
  const query::EventNames names{snapshot};
  std::size_t sum = 0;
  for (const store::Segment& segment : snapshot.segments()) sum += names.find(segment, name).size();
  return sum;
}

}  // namespace

TEST_CASE("An event is found by its eventID, whatever that looks like; one without by the name that stands for it") {
  FilledStore filled;
  filled.add({kNamed, kOdd, kUnnamed});
  const store::Snapshot snapshot = filled.store.snapshot();
  CHECK(found(snapshot, "00000000-0000-0000-0000-000000000001") == 1);
  CHECK(found(snapshot, "an-id") == 1);
  CHECK(found(snapshot, query::EventNames{snapshot}.stand_in(store::key_of_event_bytes(kUnnamed))) == 1);
  CHECK(found(snapshot, "") == 0);
}

TEST_CASE("R20: nobody finds out by an event's bytes whether it is there: what stands for its ID is the store's own") {
  FilledStore filled;
  filled.add({kUnnamed});
  const store::Snapshot snapshot = filled.store.snapshot();
  const store::EventKey key = store::key_of_event_bytes(kUnnamed);
  CHECK(found(snapshot, guid_of(key)) == 0);
  FilledStore other;
  CHECK(query::EventNames{snapshot}.stand_in(key) != query::EventNames{other.store.snapshot()}.stand_in(key));
}

TEST_CASE("An eventID that looks like what stands for another event finds both") {
  FilledStore filled;
  filled.add({kUnnamed});
  const std::string name = query::EventNames{filled.store.snapshot()}.stand_in(store::key_of_event_bytes(kUnnamed));
  filled.add({R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"B","eventID":")" + name + "\"}"});
  CHECK(found(filled.store.snapshot(), name) == 2);
}
