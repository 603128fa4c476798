// A bill loaded into a store, line by line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/bills/bills.h"
#include "store/writer.h"
#include "tests/support/temporary_directory.h"

namespace trailkeeper::tests {

struct ChargedLine {
  std::uint8_t key;  ///< Its identity.
  std::string service;
  std::int64_t amount;
  std::int64_t start;
};

struct LoadedBill {
  static constexpr const char* kPayer = "111122223333";
  static constexpr std::uint32_t kMonth = 202405;
  static constexpr std::int64_t kFirstDay = 1'714'521'600'000;  ///< 2024-05-01.

  TemporaryDirectory directory;
  store::Store store{directory.path(), store::Store::Mode::write};

  /// As a file of its own.
  void add(const std::vector<ChargedLine>& lines, const std::string& source) {
    store::Writer writer{store};
    store::BillOrigin origin;
    origin.source = source;
    origin.token = writer.new_bill_load();
    std::vector<store::BillBatch> bills;
    bills.emplace_back(kPayer, kMonth, "header");
    for (const ChargedLine& charged : lines) {
      const std::string id = "line " + std::to_string(charged.key);
      store::BillLine line;
      line.key.fill(charged.key);
      line.content = charged.key;
      line.place = charged.key * 0x1234567890ABCDEFU;
      line.usage_account = kPayer;
      line.service = charged.service;
      line.usage_type = "Use";
      line.line_type = "Usage";
      line.entity = "AWS";
      line.amount = charged.amount;
      line.start = kFirstDay + charged.start;
      line.id = id;
      line.raw = "raw";
      bills.back().add(line);
    }
    writer.commit_bills(bills, {}, {}, origin);
    writer.settle_bills({{kPayer, kMonth}}, {origin.token});
  }
};

}  // namespace trailkeeper::tests
