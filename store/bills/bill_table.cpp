#include "store/bills/bill_table.h"

#include <algorithm>
#include <set>

#include "store/bills/bill_loads.h"
#include "store/error.h"

namespace trailkeeper::store {
namespace {

constexpr std::size_t kMonthBytes = 4;
constexpr std::size_t kPayerBytes = 12;
constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kPrefixBytes = kMonthBytes + kPayerBytes;
constexpr std::size_t kKeyBytes = kPrefixBytes + kNumberBytes + 1;

void put_big_endian(std::uint64_t value, std::size_t bytes, std::string& out) {
  for (std::size_t i = bytes; i > 0; --i) out.push_back(static_cast<char>(value >> (8 * (i - 1)) & 0xFF));
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::uint64_t number_of(std::string_view key) { return big_endian(key.substr(kPrefixBytes, kNumberBytes)); }

void check_key(std::string_view key) {
  if (key.size() != kKeyBytes || static_cast<unsigned char>(key.back()) >= kBillParts) {
    throw_corrupt("the table of bills has a key that isn't one");
  }
}

}  // namespace

std::string bill_prefix(std::string_view payer, std::uint32_t month) {
  std::string prefix;
  put_big_endian(month, kMonthBytes, prefix);
  prefix.append(payer);
  prefix.resize(kPrefixBytes, '\0');
  return prefix;
}

std::string bill_part_key(const std::string& prefix, std::uint64_t number, BillPart part) {
  std::string key = prefix;
  put_big_endian(number, kNumberBytes, key);
  key.push_back(static_cast<char>(part));
  return key;
}

std::string_view bill_part(const Transaction& transaction, const std::string& prefix, std::uint64_t number,
                           BillPart part) {
  const auto bytes = transaction.get(TableId::bills, bill_part_key(prefix, number, part));
  if (!bytes) throw_corrupt("a part of a bill is missing");
  return *bytes;
}

std::vector<std::uint64_t> all_bill_segments(const Transaction& transaction, const std::string& prefix) {
  transaction.require_whole(TableId::bills);
  std::vector<std::uint64_t> numbers;
  // From one segment's first part to the next: the others aren't looked at.
  std::string from = prefix;
  put_big_endian(kBillLoads + 1, kNumberBytes, from);
  bool more = true;
  while (more) {
    more = false;
    transaction.scan_keys(TableId::bills, from, [&](std::string_view key, std::size_t) {
      check_key(key);
      if (!key.starts_with(prefix)) return false;
      numbers.push_back(number_of(key));
      from = prefix;
      put_big_endian(numbers.back() + 1, kNumberBytes, from);
      more = true;
      return false;
    });
  }
  return numbers;
}

std::vector<std::uint64_t> bill_segments(const Transaction& transaction, const std::string& prefix) {
  std::vector<std::uint64_t> numbers = all_bill_segments(transaction, prefix);
  std::set<std::uint64_t> waiting;
  for (const BillLoad& load : bill_loads(transaction, prefix)) {
    if (!load.counts) waiting.insert(load.segments.begin(), load.segments.end());
  }
  std::erase_if(numbers, [&waiting](std::uint64_t number) { return waiting.contains(number); });
  return numbers;
}

std::vector<std::pair<std::string, std::uint32_t>> stored_bills(const Transaction& transaction) {
  transaction.require_whole(TableId::bills);
  std::vector<std::pair<std::string, std::uint32_t>> bills;
  std::string from;
  bool more = true;
  while (more) {
    more = false;
    transaction.scan_keys(TableId::bills, from, [&](std::string_view key, std::size_t) {
      check_key(key);
      const std::string prefix{key.substr(0, kPrefixBytes)};
      std::string payer = prefix.substr(kMonthBytes);
      payer.resize(std::min(payer.size(), payer.find('\0')));
      bills.emplace_back(payer, static_cast<std::uint32_t>(big_endian(prefix.substr(0, kMonthBytes))));
      from = prefix + std::string(kNumberBytes + 1, '\xFF');
      more = true;
      return false;
    });
  }
  return bills;
}

}  // namespace trailkeeper::store
