#include "store/segments/mapped_parts.h"

#include <string>

#include "store/error.h"
#include "store/store.h"

namespace trailkeeper::store {

std::string_view MappedParts::operator()(std::uint32_t part) {
  if (part < parts_.size() && parts_[part].data() == nullptr) {
    const auto& table = tables_->table(TableId::parts);
    const auto row = table ? table->find(part_key(segment_, part)) : std::nullopt;
    if (row) parts_[part] = row->value(tables_->pages());
  }
  if (part >= parts_.size() || parts_[part].data() == nullptr) {
    throw_corrupt("segment " + std::to_string(segment_) + " lacks part " + std::to_string(part));
  }
  return parts_[part];
}

}  // namespace trailkeeper::store
