#include "query/shown_event.h"

#include <array>

#include "query/known_secrets.h"
#include "query/leaves/row_signs.h"
#include "store/segments/segment_format.h"
#include "store/segments/segment_marks.h"

namespace trailkeeper::query {
namespace {

using rules::credits::Wording;

rules::credits::Mask mask_of(const store::Snapshot& snapshot, const std::shared_ptr<const store::Secrets>& secrets) {
  return rules::credits::Mask{rules::credits::Pseudonymiser{snapshot.pseudonym_key()},
                              std::shared_ptr<const event::PhraseSet>{secrets, &secrets->words}, secrets->paths};
}

}  // namespace

Wording wording_of(std::size_t column) {
  static const auto kWordings = [] {
    std::array<Wording, store::kColumnCount> wordings{};
    for (std::size_t i = 0; i < wordings.size(); ++i) {
      wordings.at(i) = rules::credits::wording_of(event::field_path(store::kColumnFields.at(i)));
    }
    return wordings;
  }();
  return kWordings.at(column);
}

ShownEvents::ShownEvents(const store::Snapshot& snapshot, bool reveal)
    : ShownEvents(snapshot, secrets_of(snapshot), reveal) {}

ShownEvents::ShownEvents(const store::Snapshot& snapshot, const std::shared_ptr<const store::Secrets>& secrets,
                         bool reveal)
    : hash_seed_(snapshot.hash_seed()),
      pseudonymiser_(snapshot.pseudonym_key()),
      mask_(mask_of(snapshot, secrets)),
      org_id_paths_(secrets->paths),
      reveal_(reveal) {}

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

std::string ShownEvents::digest(std::string_view hash) const {
  return reveal_ ? std::string{hash} : pseudonymiser_.digest(hash);
}

std::string_view ShownEvents::column_text(std::size_t column, std::string_view text, std::string& scratch) const {
  return worded(wording_of(column), text, scratch);
}

std::string_view ShownEvents::field_text(std::string_view path, std::string_view text, std::string& scratch) const {
  return worded(rules::credits::wording_of(path), text, scratch);
}

std::string_view ShownEvents::value(std::string_view text, std::string& scratch) const {
  return worded(Wording::free, text, scratch);
}

bool ShownEvents::may_hide(std::string_view path, std::string_view text) const {
  return may_hide_any(path) && mask_.may_hold_known(text);
}

bool ShownEvents::may_hide_any(std::string_view path) const {
  return !reveal_ && mask_.knows_any() && rules::credits::wording_of(path) != Wording::fixed;
}

std::vector<std::uint32_t> ShownEvents::marked_events(const store::Segment& segment) const {
  if (reveal_) return {};
  auto kept = store::decode_marks(segment.marks(), segment.size());
  if (kept && kept->basis == marks_basis(org_id_paths_)) return std::move(kept->events);
  return events_with_signs(segment, org_id_paths_);
}

std::string_view ShownEvents::worded(Wording wording, std::string_view text, std::string& scratch) const {
  if (reveal_ || wording == Wording::fixed || !mask_.may_change_text(text)) return text;
  std::string shown = mask_.text(text, wording);
  scratch.swap(shown);
  return scratch;
}

}  // namespace trailkeeper::query
