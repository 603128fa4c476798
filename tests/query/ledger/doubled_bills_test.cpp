#include "query/ledger/doubled_bills.h"

#include <doctest/doctest.h>

#include "tests/query/ledger/loaded_bill.h"

using namespace trailkeeper;
using trailkeeper::tests::ChargedLine;
using trailkeeper::tests::LoadedBill;

namespace {

// So many different charges of one day, under keys from `first` on.
std::vector<ChargedLine> charges(std::uint8_t first, std::uint8_t count) {
  std::vector<ChargedLine> lines;
  for (std::uint8_t i = 0; i < count; ++i) {
    lines.push_back({static_cast<std::uint8_t>(first + i), "EC2", 100 + i, i * 60'000});
  }
  return lines;
}

}  // namespace

TEST_CASE("A day of which every charge is there twice under another ID is advised of, once for its bill") {
  LoadedBill loaded;
  loaded.add(charges(1, 5), "one");
  CHECK(query::doubled_bills(loaded.store.snapshot()).empty());
  loaded.add(charges(101, 5), "other");
  const auto findings = query::doubled_bills(loaded.store.snapshot());
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].account == LoadedBill::kPayer);
  CHECK(findings[0].time == LoadedBill::kFirstDay);
  CHECK(findings[0].severity == rules::Severity::low);
}

TEST_CASE("Few charges of a day may be alike by chance, and one that is there once says that the day isn't doubled") {
  LoadedBill few;
  few.add(charges(1, 3), "one");
  few.add(charges(101, 3), "other");
  CHECK(query::doubled_bills(few.store.snapshot()).empty());
  LoadedBill single;
  single.add(charges(1, 6), "one");
  single.add(charges(101, 5), "other");
  CHECK(query::doubled_bills(single.store.snapshot()).empty());
}
