#include "store/rejects.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "store/store.h"
#include "store/writer.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;
using store::KeptReject;
using store::RejectedRecord;

namespace {

struct Rejects {
  TemporaryDirectory directory;
  store::Store store{directory.path("s"), store::Store::Mode::write};
  store::Writer writer{store};

  void add(std::vector<RejectedRecord> records) {
    store::Commit commit;
    commit.rejects = std::move(records);
    writer.commit(std::move(commit));
  }
  void limit(std::uint64_t bytes) { writer.set_reject_limit(bytes, {1, "{}"}); }
  std::vector<KeptReject> all() {
    std::vector<KeptReject> records;
    store.snapshot().rejects([&](const KeptReject& record) {
      records.push_back(record);
      return true;
    });
    return records;
  }
  std::uint64_t used() { return store::reject_bytes(store.snapshot().transaction()); }
};

RejectedRecord record_at(std::uint64_t offset, std::string bytes, const std::string& source = "/trail/file") {
  return {source, offset, offset + 1, event::Reason::broken_json, std::move(bytes)};
}

std::string noise(std::mt19937& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

}  // namespace

TEST_CASE("rejected records are compressed, and come back as they were") {
  Rejects rejects;
  std::vector<RejectedRecord> records;
  for (std::uint64_t i = 0; i < 100; ++i)
    records.push_back(record_at(i << 17U, std::string(100'000, static_cast<char>('a' + i % 20))));
  rejects.add(records);
  CHECK(rejects.used() < 200'000);
  const auto kept = rejects.all();
  REQUIRE(kept.size() == records.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    CHECK(kept[i].bytes == records[i].bytes);
    CHECK(kept[i].length == 100'000);
    CHECK(kept[i].has_bytes);
    CHECK(kept[i].arrival > 0);
  }
}

TEST_CASE(
    "beyond the limit the place, length and hash are kept, then only a count; the store doesn't grow, and figures "
    "tell") {
  Rejects rejects;
  constexpr std::uint64_t kLimit = 1'000'000;
  rejects.limit(kLimit);
  std::mt19937 random{1};
  constexpr std::uint64_t kRecords = 6000;
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < kRecords;) {
    std::vector<RejectedRecord> records;
    for (int k = 0; k < 100; ++k, ++i) {
      records.push_back(record_at(i * 1000, noise(random, 900)));
      bytes += 900;
    }
    rejects.add(records);
  }
  CHECK(rejects.used() <= kLimit + 100'000);
  const auto figures = rejects.writer.reject_figures();
  CHECK(figures.without_bytes > 100);
  CHECK(figures.only_counted > 100);
  std::uint64_t with_bytes = 0;
  std::uint64_t records = 0;
  std::uint64_t length = 0;
  for (const KeptReject& record : rejects.all()) {
    with_bytes += record.has_bytes ? 1 : 0;
    records += record.records;
    length += record.length;
    if (record.records > 1) CHECK(record.records == figures.only_counted);
  }
  CHECK(with_bytes > 400);
  CHECK(records == kRecords);
  CHECK(length == bytes);
  CHECK(rejects.store.snapshot().reject_count() == kRecords);
  CHECK(with_bytes + figures.without_bytes + figures.only_counted == kRecords);
}

TEST_CASE("a replay of the same file changes nothing, also beyond the limit") {
  Rejects rejects;
  rejects.limit(100'000);
  std::vector<RejectedRecord> records;
  std::mt19937 random{2};
  for (std::uint64_t i = 0; i < 600; ++i) records.push_back(record_at(i * 300, noise(random, 300)));
  rejects.add(records);
  const auto before = rejects.all();
  rejects.add(records);
  const auto after = rejects.all();
  REQUIRE(before.size() == after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(before[i].records == after[i].records);
    CHECK(before[i].hash == after[i].hash);
  }
  CHECK(rejects.store.snapshot().reject_count() == records.size());
  // With more room, a replay brings the bytes that were left out.
  rejects.limit(10'000'000);
  rejects.add(records);
  std::uint64_t with_bytes = 0;
  for (const KeptReject& record : rejects.all()) with_bytes += record.has_bytes ? 1 : 0;
  CHECK(with_bytes > before.size() - 2);
}

TEST_CASE("records are visited in order of source and offset, one at a time, those of former versions among them") {
  Rejects rejects;
  const std::string long_name = "/trail/" + std::string(900, 'n');
  {
    auto transaction = rejects.store.environment().write();
    for (const auto& record :
         {record_at(5, "former b", "/b"), record_at(1, "former a", "/a"), record_at(9, "known", "/c")})
      transaction.put(store::TableId::rejects, store::former_reject_key(record), store::encode_former_reject(record));
    transaction.commit();
  }
  rejects.add({record_at(7, "new", "/b"), record_at(2, "new", "/a"), record_at(3, "new", "/b"),
               record_at(9, "known", "/c"), record_at(1, "x", long_name), record_at(0, "x", long_name)});
  std::vector<std::pair<std::string, std::uint64_t>> places;
  for (const KeptReject& record : rejects.all()) places.emplace_back(record.source.substr(0, 6), record.offset);
  CHECK(places == std::vector<std::pair<std::string, std::uint64_t>>{
                      {"/a", 1}, {"/a", 2}, {"/b", 3}, {"/b", 5}, {"/b", 7}, {"/c", 9}, {"/trail", 0}, {"/trail", 1}});
  CHECK(rejects.store.snapshot().reject_count() == 8);
  int visited = 0;
  rejects.store.snapshot().rejects([&](const KeptReject&) { return ++visited < 2; });
  CHECK(visited == 2);
}

TEST_CASE("records are removed by what is known of them, and the count with them") {
  Rejects rejects;
  rejects.limit(0);
  rejects.add({record_at(1, "a", "/x"), record_at(2, "b", "/x"), record_at(3, "c", "/y")});
  CHECK(rejects.store.snapshot().reject_count() == 3);
  rejects.limit(1'000'000);
  rejects.add({record_at(4, "d", "/y"), record_at(5, "e", "/z")});
  const auto removed = rejects.writer.remove_rejects(
      [](const KeptReject& record) { return record.source != "/z" && record.bytes.empty(); },
      [](const store::RemovedRejects& r) {
        return store::JournalEntry{1, std::to_string(r.records)};
      });
  CHECK(removed.records == 4);
  CHECK(removed.bytes == 4);
  CHECK(rejects.store.snapshot().reject_count() == 1);
  std::vector<std::string> entries;
  rejects.store.snapshot().journal([&](const store::JournalEntry& entry) { entries.push_back(entry.text); });
  CHECK(entries.back() == "4");
}

TEST_CASE("a damaged rejected record is an error, not other bytes") {
  Rejects rejects;
  rejects.add({record_at(1, std::string(5000, 'z'))});
  auto transaction = rejects.store.environment().write();
  std::string key;
  std::string value;
  transaction.scan(store::TableId::rejected, {}, [&](std::string_view k, std::string_view v) {
    key = k;
    value = v;
    return false;
  });
  for (std::size_t i = 0; i < value.size(); ++i) {
    std::string damaged = value;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x41);
    transaction.put(store::TableId::rejected, key, damaged);
    CHECK_THROWS_AS(store::visit_rejects(transaction, true, [](const KeptReject&) { return true; }), store::StoreError);
  }
}
