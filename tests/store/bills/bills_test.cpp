#include "store/bills/bills.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "store/error.h"
#include "store/writer.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper::store;
using trailkeeper::tests::TemporaryDirectory;

namespace {

constexpr std::int64_t kDay = 86'400'000;

struct Owned {
  std::uint8_t key;
  std::uint64_t content;
  std::string service;
  std::int64_t amount;
  std::int64_t start;
  std::uint64_t place = 0;  // 0: of its own.

  [[nodiscard]] BillLine line() const {
    BillLine line;
    line.key.fill(key);
    line.content = content;
    line.place = place == 0 ? (key + std::uint64_t{1}) * 0x1234567890ABCDEF + content : place;
    line.usage_account = "111122223333";
    line.service = service;
    line.usage_type = "Use";
    line.line_type = "Usage";
    line.entity = "AWS";
    line.amount = amount;
    line.start = start;
    line.id = "id";
    line.raw = "raw,line";
    return line;
  }
};

const BillName kBill{"111122223333", 202405};

// Loads lines without letting them count.
BillCommit stage(Writer& writer, const std::vector<Owned>& lines, const BillOrigin& origin) {
  std::vector<BillBatch> bills;
  bills.emplace_back(kBill.payer, kBill.month, "header");
  for (const Owned& line : lines) bills.back().add(line.line());
  return writer.commit_bills(bills, {}, {}, origin);
}

BillCommit load(Writer& writer, const std::vector<Owned>& lines, BillOrigin origin = {}) {
  origin.token = writer.new_bill_load();
  BillCommit done = stage(writer, lines, origin);
  done.add(writer.settle_bills({kBill}, {origin.token}));
  return done;
}

BillOrigin version(std::string assembly, std::string part = "1", std::int64_t delivered = 0) {
  return {0, "file-" + assembly + "-" + part, "report", std::move(assembly), std::move(part), delivered, 0};
}

std::int64_t total(const Snapshot& snapshot) {
  std::int64_t sum = 0;
  for (const BillCell& cell : bill_cells(snapshot, kBill.payer, kBill.month)) sum += cell.amount;
  return sum;
}

std::string printed(const Snapshot& snapshot) {
  std::string out;
  for (const BillCell& cell : bill_cells(snapshot, "111122223333", 202405)) {
    out += cell.service + " " + std::to_string(cell.day) + " " + std::to_string(cell.amount) + " " +
           std::to_string(cell.lines) + "\n";
  }
  for_each_bill_line(snapshot, "111122223333", 202405, [&](const CountedBillLine& line) {
    out += line.cell->service + " " + std::to_string(line.key[0]) + " " + std::to_string(line.amount) + "\n";
  });
  return out;
}

}  // namespace

TEST_CASE("A line that is known changes nothing; lines come back in order of their cells") {
  TemporaryDirectory directory;
  Store store{directory.path(), Store::Mode::write};
  Writer writer{store};
  const std::vector<Owned> lines{{1, 1, "S3", 10, kDay}, {2, 1, "EC2", 20, 0}, {3, 1, "EC2", 5, 1}};
  CHECK(load(writer, lines).lines == 3);
  const std::string first = printed(store.snapshot());
  CHECK(first == "EC2 0 25 2\nS3 1 10 1\nEC2 2 20\nEC2 3 5\nS3 1 10\n");
  const BillCommit again = load(writer, lines);
  CHECK(again.lines == 0);
  CHECK(again.duplicates == 3);
  CHECK(printed(store.snapshot()) == first);
  CHECK(bill_months(store.snapshot()).size() == 1);
  CHECK(bill_months(store.snapshot())[0].lines == 3);
  check_bills(store.snapshot());
}

TEST_CASE("Any set of lines, in any order and split in any way, with copies and variants, is the same bill") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    std::vector<Owned> lines;
    for (int i = 0; i < 40; ++i) {
      lines.push_back({static_cast<std::uint8_t>(dice() % 20), dice() % 3, dice() % 2 == 0 ? "EC2" : "S3",
                       static_cast<std::int64_t>(dice() % 1000) - 100, static_cast<std::int64_t>(dice() % 3) * kDay});
      // The same content is the same line.
      std::mt19937_64 same{lines.back().key * 7U + lines.back().content};
      lines.back().service = same() % 2 == 0 ? "EC2" : "S3";
      lines.back().amount = static_cast<std::int64_t>(same() % 1000);
      lines.back().start = static_cast<std::int64_t>(same() % 3) * kDay;
    }
    std::string expected;
    for (int round = 0; round < 3; ++round) {
      TemporaryDirectory directory;
      Store store{directory.path(), Store::Mode::write};
      Writer writer{store};
      std::shuffle(lines.begin(), lines.end(), dice);
      for (std::size_t begin = 0; begin < lines.size();) {
        const std::size_t end = std::min(lines.size(), begin + 1 + dice() % 15);
        load(writer,
             {lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.begin() + static_cast<std::ptrdiff_t>(end)});
        begin = end;
      }
      check_bills(store.snapshot());
      if (round == 0) expected = printed(store.snapshot());
      CHECK(printed(store.snapshot()) == expected);
    }
  }
}

TEST_CASE("Lines count when their load is settled; what is left of others goes") {
  TemporaryDirectory directory;
  Store store{directory.path(), Store::Mode::write};
  {
    Writer writer{store};
    BillOrigin origin;
    origin.token = writer.new_bill_load();
    stage(writer, {{1, 1, "S3", 10, kDay}}, origin);
    CHECK(printed(store.snapshot()).empty());
    CHECK(bill_months(store.snapshot()).empty());
    check_bills(store.snapshot());
  }
  // As after a crash.
  Writer writer{store};
  CHECK(load(writer, {{2, 1, "EC2", 5, 0}}).lines == 1);
  CHECK(printed(store.snapshot()) == "EC2 0 5 1\nEC2 2 5\n");
  CHECK(load(writer, {{1, 1, "S3", 10, kDay}}).lines == 1);
  CHECK(total(store.snapshot()) == 15);
}

TEST_CASE("A newer version of a report replaces the older one, in whatever order they come") {
  const std::vector<Owned> early{{1, 1, "S3", 10, 0, 7}, {2, 1, "S3", 20, kDay, 8}};
  const std::vector<Owned> late{{3, 1, "S3", 10, 0, 7}, {4, 1, "S3", 25, kDay, 8}, {5, 1, "S3", 5, 2 * kDay, 9}};
  for (const bool by_time : {true, false}) {
    for (const bool reversed : {false, true}) {
      TemporaryDirectory directory;
      Store store{directory.path(), Store::Mode::write};
      Writer writer{store};
      const BillOrigin first = version("a", "1", by_time ? 100 : 0);
      const BillOrigin second = version("b", "1", by_time ? 200 : 0);
      const BillCommit one = reversed ? load(writer, late, second) : load(writer, early, first);
      const BillCommit two = reversed ? load(writer, early, first) : load(writer, late, second);
      CHECK(total(store.snapshot()) == 40);
      CHECK(one.lines == (reversed ? 3 : 2));
      CHECK(two.replaced == (reversed ? 0 : 2));
      CHECK(two.outdated == (reversed ? 2 : 0));
      std::string journal;
      store.snapshot().journal([&journal](const JournalEntry& entry) { journal += entry.text; });
      CHECK((journal.find("\"action\":\"bill-replace\"") != std::string::npos) == !reversed);
      check_bills(store.snapshot());
      // Again.
      CHECK(load(writer, late, second).lines == 0);
      CHECK(load(writer, early, first).lines == 0);
      CHECK(total(store.snapshot()) == 40);
    }
  }
}

TEST_CASE("A version that has fewer lines is a version, too") {
  TemporaryDirectory directory;
  Store store{directory.path(), Store::Mode::write};
  Writer writer{store};
  load(writer, {{1, 1, "S3", 10, 0}, {2, 1, "S3", 20, kDay}}, version("a", "1", 100));
  load(writer, {{1, 1, "S3", 10, 0}}, version("b", "1", 200));
  CHECK(total(store.snapshot()) == 10);
}

TEST_CASE("Files of one version stand beside each other, and count together") {
  TemporaryDirectory directory;
  Store store{directory.path(), Store::Mode::write};
  Writer writer{store};
  load(writer, {{1, 1, "S3", 10, 0}}, version("a", "1", 100));
  load(writer, {{2, 1, "S3", 10, 0}}, version("a", "2", 100));
  CHECK(total(store.snapshot()) == 20);
  BillOrigin one = version("b", "1", 200);
  BillOrigin two = version("b", "2", 200);
  one.token = writer.new_bill_load();
  two.token = writer.new_bill_load();
  stage(writer, {{3, 1, "S3", 11, 0}}, one);
  stage(writer, {{4, 1, "S3", 11, 0}}, two);
  CHECK(total(store.snapshot()) == 20);
  CHECK(writer.settle_bills({kBill}, {one.token, two.token}).replaced == 2);
  CHECK(total(store.snapshot()) == 22);
  // Equal lines of two files without IDs are two.
  load(writer, {{3, 1, "S3", 11, 0}}, version("b", "3", 200));
  CHECK(total(store.snapshot()) == 33);
  // A file that is written anew where nothing says of which version it is replaces only itself.
  TemporaryDirectory other;
  Store overwritten{other.path(), Store::Mode::write};
  Writer again{overwritten};
  load(again, {{1, 1, "S3", 10, 0}}, version("", "1"));
  load(again, {{2, 1, "S3", 20, 0}}, version("", "2"));
  load(again, {{3, 1, "S3", 12, kDay}}, version("", "1"));
  CHECK(total(overwritten.snapshot()) == 32);
}

TEST_CASE("A file alone replaces one whose charges it has, whatever their IDs; parts don't") {
  std::vector<Owned> early;
  std::vector<Owned> late;
  for (std::uint8_t i = 0; i < 20; ++i) early.push_back({i, 1, "S3", i + 1, i * kDay, 100U + i});
  for (std::uint8_t i = 0; i < 25; ++i) {
    late.push_back({static_cast<std::uint8_t>(100 + i), 1, "S3", i + (i == 19 ? 5 : 1), i * kDay, 100U + i});
  }
  std::int64_t sum = 0;
  for (const Owned& line : late) sum += line.amount;
  for (const bool reversed : {false, true}) {
    TemporaryDirectory directory;
    Store store{directory.path(), Store::Mode::write};
    Writer writer{store};
    load(writer, reversed ? late : early);
    const BillCommit second = load(writer, reversed ? early : late);
    CHECK(second.replaced == (reversed ? 0 : 20));
    CHECK(second.outdated == (reversed ? 20 : 0));
    CHECK(total(store.snapshot()) == sum);
  }
  // Halves, one of them partly in the other.
  TemporaryDirectory directory;
  Store store{directory.path(), Store::Mode::write};
  Writer writer{store};
  load(writer, {late.begin(), late.begin() + 15});
  load(writer, {late.begin() + 12, late.end()});
  CHECK(total(store.snapshot()) == sum);
  CHECK(bill_months(store.snapshot())[0].lines == 25);
  // A few charges that are alike by chance aren't the same file.
  load(writer, {{200, 1, "S3", 7, 0, 999}, {201, 1, "S3", 1, 0, 100}});
  CHECK(total(store.snapshot()) == sum + 8);
}

TEST_CASE("A file that is written anew replaces what it was, however much has changed") {
  const auto month = [](std::uint8_t first_key, std::int64_t amount, std::size_t count) {
    std::vector<Owned> lines;
    for (std::uint8_t i = 0; i < count; ++i) {
      lines.push_back({static_cast<std::uint8_t>(first_key + i), 1, "S3", amount, 0, 100U + i});
    }
    return lines;
  };
  const auto file = [](std::string source) {
    BillOrigin origin;
    origin.source = std::move(source);
    return origin;
  };
  TemporaryDirectory directory;
  Store store{directory.path(), Store::Mode::write};
  Writer writer{store};
  load(writer, month(0, 30, 5), file("/bills/may.csv"));
  load(writer, month(10, 60, 5), file("/bills/may.csv"));
  CHECK(!alike_files(store.snapshot(), kBill.payer, kBill.month));
  CHECK(load(writer, month(20, 90, 5), file("/bills/may.csv")).replaced == 5);
  CHECK(total(store.snapshot()) == 450);
  CHECK(load(writer, month(20, 90, 5), file("/bills/may.csv")).duplicates == 5);
  // Fewer lines, all of which were there.
  CHECK(load(writer, month(20, 90, 3), file("/bills/may.csv")).replaced == 5);
  CHECK(total(store.snapshot()) == 270);
  // Another file, and what has no place, is another report.
  load(writer, month(30, 7, 3), file("/bills/other.csv"));
  load(writer, month(40, 1, 3), file("stdin"));
  load(writer, month(50, 2, 3), file("stdin"));
  CHECK(total(store.snapshot()) == 300);
  // What another file has already doesn't count again, nor does what the file was before.
  CHECK(load(writer, month(20, 90, 3), file("/bills/other.csv")).replaced == 3);
  CHECK(total(store.snapshot()) == 279);
  // Few charges are alike by chance.
  CHECK(!alike_files(store.snapshot(), kBill.payer, kBill.month));
  load(writer, month(60, 70, 6), file("/bills/third.csv"));
  load(writer, month(70, 80, 6), file("/bills/fourth.csv"));
  const auto alike = alike_files(store.snapshot(), kBill.payer, kBill.month);
  REQUIRE(alike);
  CHECK(alike->one == "/bills/fourth.csv");
  CHECK(alike->other == "/bills/third.csv");
  check_bills(store.snapshot());
}

TEST_CASE("Whatever comes first, the newest version of each report is there, with what belongs to none") {
  struct File {
    std::vector<Owned> lines;
    BillOrigin origin;
  };
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    std::vector<File> files;
    std::int64_t sum = 0;
    std::uint8_t key = 0;
    const auto make = [&](BillOrigin origin, bool counts) {
      File file{{}, std::move(origin)};
      for (std::uint64_t i = dice() % 4 + 1; i > 0; --i) {
        file.lines.push_back({key++, 1, dice() % 2 == 0 ? "EC2" : "S3", static_cast<std::int64_t>(dice() % 1000),
                              static_cast<std::int64_t>(dice() % 3) * kDay});
        if (counts) sum += file.lines.back().amount;
      }
      files.push_back(std::move(file));
    };
    for (const char* report : {"one", "other"}) {
      for (int number = 1; number <= 3; ++number) {
        for (const char* part : {"1", "2"}) {
          BillOrigin origin = version("version-" + std::to_string(number), part, number * 100);
          origin.report = report;
          make(std::move(origin), number == 3);
        }
      }
    }
    make({}, true);
    std::string expected;
    for (int round = 0; round < 3; ++round) {
      TemporaryDirectory directory;
      Store store{directory.path(), Store::Mode::write};
      Writer writer{store};
      std::shuffle(files.begin(), files.end(), dice);
      for (const File& file : files) load(writer, file.lines, file.origin);
      check_bills(store.snapshot());
      CHECK(total(store.snapshot()) == sum);
      if (round == 0) expected = printed(store.snapshot());
      CHECK(printed(store.snapshot()) == expected);
    }
  }
}

TEST_CASE("What stood for a line of a file that is replaced stands alone then") {
  TemporaryDirectory directory;
  Store store{directory.path(), Store::Mode::write};
  Writer writer{store};
  const std::vector<Owned> first{{1, 1, "S3", 10, 0}, {2, 1, "S3", 20, 0}, {3, 1, "S3", 30, 0}};
  load(writer, first, version("a", "1", 100));
  // Another file has a variant of one of its lines, and another line.
  load(writer, {{1, 2, "S3", 11, 0}, {9, 1, "EC2", 1, 0}});
  CHECK(total(store.snapshot()) == 62);
  load(writer, {{21, 1, "S3", 5, kDay}}, version("b", "1", 200));
  CHECK(total(store.snapshot()) == 17);
  check_bills(store.snapshot());
  CHECK(superseded_bill_lines(store.snapshot()) == 0);
}

TEST_CASE("Damaged parts of a bill are told, never read out of bounds") {
  BillBatch batch{"111122223333", 202405, "header"};
  for (std::uint8_t i = 0; i < 50; ++i) batch.add(Owned{i, i, "EC2", i, i}.line());
  std::vector<std::string> parts = encode_bill(batch, {}, {});
  BillLoad some;
  some.segments = {1, 2};
  for (std::uint64_t i = 0; i < 50; ++i) some.places.add(i * 77);
  parts.push_back(encode_bill_loads({some, some}));
  std::mt19937_64 dice{1};
  for (int i = 0; i < 2000; ++i) {
    std::string part = parts[dice() % 5];
    const std::size_t kind = dice() % 2;
    if (kind == 0) part.resize(dice() % part.size());
    if (kind == 1) part[dice() % part.size()] = static_cast<char>(dice());
    const auto read = [&](const auto& body) {
      try {
        body();
      } catch (const StoreError&) {
      }
    };
    read([&] { static_cast<void>(decode_bill_head(part)); });
    read([&] {
      BillLineReader reader{part, 1};
      while (reader.next()) {
      }
    });
    read([&] { for_each_raw_bill_line(part, [](std::string_view) {}); });
    read([&] { static_cast<void>(BillNames{part}.size()); });
    read([&] { static_cast<void>(decode_bill_loads(part)); });
  }
}
