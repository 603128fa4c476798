#include "store/bills.h"

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

  [[nodiscard]] BillLine line() const {
    BillLine line;
    line.key.fill(key);
    line.content = content;
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

BillCommit load(Writer& writer, const std::vector<Owned>& lines) {
  std::vector<BillBatch> bills;
  bills.emplace_back("111122223333", 202405, "header");
  for (const Owned& line : lines) bills.back().add(line.line());
  return writer.commit_bills(bills, {}, {});
}

std::string printed(const Snapshot& snapshot) {
  std::string out;
  for (const BillCell& cell : bill_cells(snapshot, "111122223333", 202405)) {
    out += cell.service + " " + std::to_string(cell.day) + " " + std::to_string(cell.amount) + " " +
           std::to_string(cell.lines) + "\n";
  }
  for_each_bill_line(snapshot, "111122223333", 202405, [&](const BilledLine& line) {
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

TEST_CASE("Damaged parts of a bill are told, never read out of bounds") {
  BillBatch batch{"111122223333", 202405, "header"};
  for (std::uint8_t i = 0; i < 50; ++i) batch.add(Owned{i, i, "EC2", i, i}.line());
  const std::vector<std::string> parts = encode_bill(batch, {}, {});
  std::mt19937_64 dice{1};
  for (int i = 0; i < 2000; ++i) {
    std::string part = parts[dice() % 4];
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
  }
}
