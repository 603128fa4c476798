#include "store/bills/bill_loads.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "store/bills/bill_table.h"
#include "store/bills/bills.h"
#include "store/byte_codec.h"
#include "store/error.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {
namespace {

// Fewer different charges may be equal by chance: then all of them must be, and others must be there.
constexpr std::size_t kFew = 4;
// When a report is made anew, charges of its last days have changed, and others are there.
constexpr unsigned kPlaces = 90;
constexpr unsigned kPrices = 50;

int compare(std::int64_t a, std::int64_t b) { return a == 0 || b == 0 || a == b ? 0 : (a > b ? 1 : -1); }

}  // namespace

int BillLoad::newer_than(const BillLoad& other) const {
  if (const int by_delivery = compare(origin.delivered, other.origin.delivered)) return by_delivery;
  if (const int by_usage = compare(last_usage, other.last_usage)) return by_usage;
  return compare(origin.modified, other.origin.modified);
}

bool BillLoad::covered_by(const BillLoad& other) const {
  const BillSketch::Share price = prices.share_in(other.prices);
  if (price.all < kFew) return price.at_least(100) && places.size() < other.places.size();
  return price.at_least(kPrices) && places.share_in(other.places).at_least(kPlaces);
}

bool BillLoad::like(const BillLoad& other) const {
  const auto mostly = [](const BillSketch::Share& share) { return share.all >= kFew && share.at_least(kPlaces); };
  return mostly(places.share_in(other.places)) || mostly(other.places.share_in(places));
}

std::string encode_bill_loads(const std::vector<BillLoad>& loads) {
  std::string out;
  put_varint(loads.size(), out);
  for (const BillLoad& load : loads) {
    const BillOrigin& origin = load.origin;
    put_fixed(origin.token, out);
    for (const std::string* text : {&origin.source, &origin.report, &origin.assembly, &origin.part}) {
      put_string(*text, out);
    }
    put_fixed(origin.delivered, out);
    put_fixed(origin.modified, out);
    out += load.counts ? '\1' : '\0';
    put_fixed(load.last_usage, out);
    put_varint(load.lines, out);
    put_varint(load.segments.size(), out);
    for (const std::uint64_t number : load.segments) put_varint(number, out);
    load.places.encode(out);
    load.prices.encode(out);
  }
  put_fixed(checksum(out), out);
  return out;
}

std::vector<BillLoad> decode_bill_loads(std::string_view bytes) {
  if (bytes.size() < sizeof(std::uint64_t)) throw_corrupt("the list of a bill's loads is cut off");
  const std::string_view content = bytes.substr(0, bytes.size() - sizeof(std::uint64_t));
  if (ByteReader{bytes.substr(content.size())}.fixed<std::uint64_t>() != checksum(content)) {
    throw_corrupt("the list of a bill's loads has a wrong checksum");
  }
  ByteReader reader{content};
  std::vector<BillLoad> loads;
  for (std::uint64_t count = reader.varint(); count > 0; --count) {
    BillLoad load;
    BillOrigin& origin = load.origin;
    origin.token = reader.fixed<std::uint64_t>();
    for (std::string* text : {&origin.source, &origin.report, &origin.assembly, &origin.part}) *text = reader.string();
    origin.delivered = reader.fixed<std::int64_t>();
    origin.modified = reader.fixed<std::int64_t>();
    load.counts = reader.fixed<char>() != 0;
    load.last_usage = reader.fixed<std::int64_t>();
    load.lines = reader.varint();
    for (std::uint64_t i = reader.varint(); i > 0; --i) load.segments.push_back(reader.varint());
    load.places = BillSketch::decode(reader);
    load.prices = BillSketch::decode(reader);
    loads.push_back(std::move(load));
  }
  return loads;
}

std::vector<BillLoad> bill_loads(const Transaction& transaction, const std::string& prefix) {
  const auto bytes = transaction.get(TableId::bills, bill_part_key(prefix, kBillLoads, BillPart::cells));
  return bytes ? decode_bill_loads(*bytes) : std::vector<BillLoad>{};
}

std::vector<BillLoad> bill_loads(const Snapshot& snapshot, std::string_view payer, std::uint32_t month) {
  return bill_loads(snapshot.transaction(), bill_prefix(payer, month));
}

std::optional<AlikeFiles> alike_files(const Snapshot& snapshot, std::string_view payer, std::uint32_t month) {
  std::vector<BillLoad> loads = bill_loads(snapshot, payer, month);
  std::erase_if(loads, [](const BillLoad& load) { return !load.counts; });
  std::sort(loads.begin(), loads.end(),
            [](const BillLoad& a, const BillLoad& b) { return a.origin.source < b.origin.source; });
  // Files that are alike have charges in common: only such are compared.
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> having;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    for (const std::uint64_t hash : loads[i].places.hashes()) having[hash].push_back(i);
  }
  for (std::size_t i = 0; i < loads.size(); ++i) {
    std::set<std::size_t> later;
    for (const std::uint64_t hash : loads[i].places.hashes()) {
      const std::vector<std::size_t>& all = having[hash];
      later.insert(std::upper_bound(all.begin(), all.end(), i), all.end());
    }
    for (const std::size_t j : later) {
      const BillOrigin& one = loads[i].origin;
      const BillOrigin& other = loads[j].origin;
      const bool together = !one.report.empty() && one.report == other.report && one.assembly == other.assembly;
      if (!together && loads[i].like(loads[j])) return AlikeFiles{one.source, other.source};
    }
  }
  return std::nullopt;
}

void put_bill_loads(Transaction& transaction, const std::string& prefix, const std::vector<BillLoad>& loads) {
  const std::string key = bill_part_key(prefix, kBillLoads, BillPart::cells);
  if (loads.empty()) {
    transaction.erase(TableId::bills, key);
  } else {
    transaction.put(TableId::bills, key, encode_bill_loads(loads));
  }
}

}  // namespace trailkeeper::store
