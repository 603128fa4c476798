#include "query/similar_name.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "text/ascii.h"

namespace trailkeeper::query {
namespace {

constexpr std::size_t kLongest = 64;
constexpr std::size_t kFarthest = 3;
constexpr std::size_t kLeastPrefix = 4;

bool same(char a, char b) { return text::lower(a) == text::lower(b); }

// Optimal string alignment. Precondition: neither is longer than kLongest.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  assert(a.size() <= kLongest && b.size() <= kLongest);
  using Row = std::array<std::size_t, kLongest + 1>;
  std::array<Row, 3> rows{};
  for (std::size_t k = 0; k <= b.size(); ++k) rows[0][k] = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    Row& row = rows[i % 3];
    const Row& last = rows[(i + 2) % 3];
    const Row& before = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      row[k] = std::min({last[k] + 1, row[k - 1] + 1, last[k - 1] + (same(a[i - 1], b[k - 1]) ? 0 : 1)});
      const bool swapped = i > 1 && k > 1 && same(a[i - 1], b[k - 2]) && same(a[i - 2], b[k - 1]);
      if (swapped) row[k] = std::min(row[k], before[k - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

bool begin_alike(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  return shorter >= kLeastPrefix &&
         std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(shorter), b.begin(), same);
}

}  // namespace

std::optional<std::string_view> similar_name(std::string_view name, std::span<const std::string_view> known) {
  if (name.empty() || name.size() > kLongest) return std::nullopt;
  std::optional<std::string_view> best;
  // Of two letters one may be wrong, of one none.
  std::size_t best_distance =
      std::min(kFarthest, std::max(name.size() / 3, name.size() / 2 > 0 ? std::size_t{1} : 0)) + 1;
  for (const std::string_view candidate : known) {
    if (candidate.size() > kLongest) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best_distance = distance;
      best = candidate;
    }
  }
  if (best) return best;
  const auto alike = std::find_if(known.begin(), known.end(),
                                  [&](std::string_view candidate) { return begin_alike(name, candidate); });
  return alike == known.end() ? std::nullopt : std::optional{*alike};
}

std::string did_you_mean(std::optional<std::string_view> word, std::string_view prefix) {
  if (!word) return {};
  std::string text = ": did you mean '";
  text += prefix;
  text += *word;
  return text + "'?";
}

}  // namespace trailkeeper::query
