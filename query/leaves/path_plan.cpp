#include "query/leaves/path_plan.h"

#include <algorithm>

#include "event/reject.h"
#include "event/shape.h"
#include "query/json_path.h"

namespace trailkeeper::query {
namespace {

/// A skeleton as JSON, with an empty string or a zero at each mark.
struct Sample {
  std::string json;
  std::vector<std::size_t> marks;  // Where the values begin, quotes included.

  explicit Sample(const store::Table& table) {
    std::size_t copied = 0;
    for (const std::uint32_t mark : table.marks) {
      json.append(table.skeleton, copied, mark - copied);
      copied = mark + std::size_t{1};
      marks.push_back(json.size());
      json += event::is_quoted(static_cast<event::LeafType>(table.skeleton[mark])) ? "\"\"" : "0";
    }
    json.append(table.skeleton, copied);
    size = json.size();
    json.append(event::kPadding, '\0');
  }
  [[nodiscard]] std::string_view view() const { return {json.data(), size}; }

  std::size_t size = 0;
};

ValuePlan plan_value(const Sample& sample, std::string_view value) {
  ValuePlan plan;
  auto begin = static_cast<std::size_t>(value.data() - sample.json.data());
  const std::size_t end = begin + value.size();
  auto mark = std::lower_bound(sample.marks.begin(), sample.marks.end(), begin);
  for (; mark != sample.marks.end() && *mark < end; ++mark) {
    const std::size_t quote = sample.json[*mark] == '"' ? 1 : 0;
    plan.fixed.push_back(sample.json.substr(begin, *mark + quote - begin));
    plan.slots.push_back(static_cast<std::uint32_t>(mark - sample.marks.begin()));
    begin = *mark + 1;  // Behind the zero, or at the closing quote.
  }
  plan.fixed.push_back(sample.json.substr(begin, end - begin));
  return plan;
}

// The last key of a path as it stands in most skeletons; empty where that isn't plain.
std::string_view last_key(std::string_view path) {
  if (path.find('\\') != std::string_view::npos) return {};
  while (path.ends_with("[]")) path.remove_suffix(2);
  const std::string_view key = path.substr(path.rfind('.') + 1);
  return key.find('[') == std::string_view::npos ? key : std::string_view{};
}

}  // namespace

std::vector<ValuePlan> plan_path(const store::Table& table, std::string_view path) {
  std::vector<ValuePlan> plans;
  // A skeleton without the key, nor escapes that may spell it, has no such path.
  const bool escapes = table.skeleton.find('\\') != std::string::npos;
  if (!escapes && table.skeleton.find(last_key(path)) == std::string::npos) return plans;
  const Sample sample{table};
  for_each_value_at(sample.view(), path, [&](std::string_view value) {
    if (!value.empty()) plans.push_back(plan_value(sample, value));
  });
  return plans;
}

}  // namespace trailkeeper::query
