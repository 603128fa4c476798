// What may leave the store of its events: JSON, values, texts about them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/field.h"
#include "rules/credits/confidential.h"
#include "store/store.h"

namespace trailkeeper::query {

/// Gives the bytes of events and rejected records, values of their columns, and texts made from them, with pseudonyms
/// for whatever is confidential (R20, R56). Everything that prints, sends, groups or compares part of an event takes it
/// from here, so that no answer, and no question, gives away what is confidential. Thread-safe.
class ShownEvents {
 public:
  /// `reveal`: as stored. A caller who asks for that must have the right, and be recorded: record_reveal.
  explicit ShownEvents(const store::Snapshot& snapshot, bool reveal = false);

  /// Appends the event's JSON.
  void append(const store::Segment& segment, std::uint32_t index, std::string& out) const;
  /// Bytes that aren't an event.
  [[nodiscard]] std::string record(std::string bytes) const;

  /// The value of a column (index into store::kColumnFields); `scratch` holds it if it isn't `text` itself. What AWS
  /// writes in words that everybody uses (`eventName`, `awsRegion`, …) stays as it is (rules/credits/wording.h).
  [[nodiscard]] std::string_view column_text(std::size_t column, std::string_view text, std::string& scratch) const;
  /// A value of the field at a path (event/field.h) without a column.
  [[nodiscard]] std::string_view field_text(std::string_view path, std::string_view text, std::string& scratch) const;
  /// Any other value, and any text.
  [[nodiscard]] std::string_view value(std::string_view text, std::string& scratch) const;
  /// A hash of stored bytes: shown as it is only to those who may see the bytes (rules/credits/pseudonymiser.h).
  [[nodiscard]] std::string digest(std::string_view hash) const;
  /// Whether everything is shown as it is stored.
  [[nodiscard]] bool reveals() const { return reveal_; }
  /// Whether a value of the field at a path may be shown differently from how it is stored, even in an event that
  /// marked_events() doesn't have: it may hold a word that is known to be confidential.
  [[nodiscard]] bool may_hide(std::string_view path, std::string_view text) const;
  /// Whether may_hide() is ever true of the path.
  [[nodiscard]] bool may_hide_any(std::string_view path) const;
  /// The events of a segment, ascending, in which any value may be shown differently from how it is stored, or stand at
  /// another path (query/leaves/row_signs.h). In all other events, only values for which may_hide() is true may.
  [[nodiscard]] std::vector<std::uint32_t> marked_events(const store::Segment& segment) const;
  [[nodiscard]] std::string text(std::string_view text) const { return reveal_ ? std::string{text} : mask_.text(text); }

 private:
  ShownEvents(const store::Snapshot& snapshot, const std::shared_ptr<const store::Secrets>& secrets, bool reveal);
  [[nodiscard]] std::string_view worded(rules::credits::Wording wording, std::string_view text,
                                        std::string& scratch) const;

  std::uint64_t hash_seed_;
  rules::credits::Pseudonymiser pseudonymiser_;
  rules::credits::Mask mask_;
  std::vector<std::string> org_id_paths_;
  bool reveal_;
};

/// How a column's values are worded.
rules::credits::Wording wording_of(std::size_t column);

}  // namespace trailkeeper::query
