#include "query/whole_event.h"

#include "event/reject.h"
#include "store/read_limit.h"

namespace trailkeeper::query {

WholeJson::WholeJson(const store::Segment& segment, std::uint32_t index) {
  std::string scratch;
  json_ = segment.whole_event(index, scratch);
  size_ = json_.size();
  json_.append(event::kPadding, '\0');
}

void for_each_whole_event(const store::Segment& segment, const std::function<bool(std::string_view json)>& visit) {
  const auto whole = segment.whole_table();
  if (!whole) return;
  const store::PackedView& tables = segment.tables_of(0, segment.size());
  for (std::uint32_t index = 0; index < segment.size(); ++index) {
    if (tables[index] != whole->number) continue;
    store::check_read_limit();
    if (!visit(WholeJson{segment, index}.view())) return;
  }
}

}  // namespace trailkeeper::query
