#include "store/bills/bill_batch.h"

#include <tuple>
#include <utility>

namespace trailkeeper::store {
namespace {

constexpr std::int64_t kDayMilliseconds = 86'400'000;

std::int32_t day_of(std::int64_t time) {
  const std::int64_t day = time / kDayMilliseconds;
  return static_cast<std::int32_t>(time % kDayMilliseconds < 0 ? day - 1 : day);
}

auto place_of(const BillCell& cell) {
  return std::tie(cell.usage_account, cell.service, cell.usage_type, cell.line_type, cell.entity, cell.reservation,
                  cell.day);
}

}  // namespace

bool BillCell::before(const BillCell& other) const { return place_of(*this) < place_of(other); }
bool BillCell::same_place(const BillCell& other) const { return place_of(*this) == place_of(other); }

BillBatch::BillBatch(std::string payer, std::uint32_t month, std::string header)
    : payer_(std::move(payer)), month_(month), header_(std::move(header)) {}

std::uint32_t BillBatch::cell_of(const BillLine& line) {
  const std::int32_t day = day_of(line.start);
  std::string place;
  for (const std::string_view text : {line.usage_account, line.service, line.usage_type, line.line_type, line.entity}) {
    place.append(text);
    place.push_back('\0');
  }
  place += line.reservation ? 'R' : '-';
  place.append(reinterpret_cast<const char*>(&day), sizeof day);
  if (place == place_ && !cells_.empty()) return last_;
  const auto [found, is_new] = cell_by_place_.emplace(place, static_cast<std::uint32_t>(cells_.size()));
  if (is_new) {
    cells_.push_back({std::string{line.usage_account}, std::string{line.service}, std::string{line.usage_type},
                      std::string{line.line_type}, std::string{line.entity}, line.reservation, day, 0, 0});
  }
  place_ = std::move(place);
  last_ = found->second;
  return last_;
}

void BillBatch::add(const BillLine& line) {
  Line kept{};
  kept.key = line.key;
  kept.content = line.content;
  kept.place = line.place;
  kept.cell = cell_of(line);
  kept.amount = line.amount;
  kept.start = line.start;
  kept.text = texts_.size();
  kept.id_size = static_cast<std::uint32_t>(line.id.size());
  kept.raw_size = static_cast<std::uint32_t>(line.raw.size());
  kept.counts = true;
  texts_.append(line.id);
  texts_.append(line.raw);
  lines_.push_back(kept);
}

}  // namespace trailkeeper::store
