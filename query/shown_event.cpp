#include "query/shown_event.h"

#include <algorithm>
#include <array>

#include "audit/known_secrets.h"
#include "store/segment_format.h"

namespace trailkeeper::query {
namespace {

using event::Field;

rules::credits::Mask mask_of(const store::Snapshot& snapshot) {
  const auto secrets = audit::secrets_of(snapshot);
  return rules::credits::Mask{rules::credits::Pseudonymiser{snapshot.pseudonym_key()},
                              std::shared_ptr<const event::PhraseSet>{secrets, &secrets->words}, secrets->paths};
}

}  // namespace

bool is_vocabulary(std::size_t column) {
  constexpr std::array<Field, 10> kFields{Field::aws_region,       Field::error_code,   Field::event_category,
                                          Field::event_name,       Field::event_source, Field::event_type,
                                          Field::identity_type,    Field::read_only,    Field::recipient_account_id,
                                          Field::source_ip_address};
  return std::find(kFields.begin(), kFields.end(), store::kColumnFields[column]) != kFields.end();
}

ShownEvents::ShownEvents(const store::Snapshot& snapshot, bool reveal)
    : hash_seed_(snapshot.hash_seed()), mask_(mask_of(snapshot)), reveal_(reveal) {}

void ShownEvents::append(const store::Segment& segment, std::uint32_t index, std::string& out) const {
  const std::size_t begin = out.size();
  segment.append_event(index, hash_seed_, out);
  const std::string_view json = std::string_view{out}.substr(begin);
  if (reveal_ || !mask_.may_change_event(json)) return;
  const std::string shown = mask_.event(json);
  out.replace(begin, std::string::npos, shown);
}

std::string ShownEvents::record(std::string bytes) const {
  if (reveal_) return bytes;
  return mask_.record(bytes);
}

std::string_view ShownEvents::column_text(std::size_t column, std::string_view text, std::string& scratch) const {
  return is_vocabulary(column) ? text : value(text, scratch);
}

std::string_view ShownEvents::value(std::string_view text, std::string& scratch) const {
  if (reveal_ || !mask_.may_change_text(text)) return text;
  std::string shown = mask_.text(text);
  scratch.swap(shown);
  return scratch;
}

}  // namespace trailkeeper::query
