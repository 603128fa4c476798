// Whom or what an investigation is about.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "query/filter.h"
#include "store/store.h"

namespace trailkeeper::query {

/// What kind of thing the investigator's word names.
enum class SubjectKind { principal, access_key, ip, resource };
constexpr std::size_t kSubjectKindCount = 4;

/// `principal`, `access-key`, `ip`, `resource`.
std::string_view subject_kind_name(SubjectKind kind);
std::optional<SubjectKind> subject_kind_of_name(std::string_view name);

/// A subject, and the filter that its events pass.
struct Subject {
  SubjectKind kind = SubjectKind::principal;
  std::string text;

  /// Events of a principal are those that it made: as user, role, session or service. Events of a resource are those
  /// that name it.
  [[nodiscard]] Filter filter() const;
};

/// The kind of a text by its form alone; nothing if it is a plain name. An access key ID is `AKIA` or `ASIA` and 12 or
/// more capitals or digits; an address or a CIDR block is an ip; a principal is a principalId, or an ARN of IAM or STS
/// that can make calls; any other ARN is a resource. Source: IAM User Guide, "IAM identifiers".
std::optional<SubjectKind> kind_by_form(std::string_view text);

/// The subject that is meant: by its form, else the principal of that name if it made any event, else the resource.
Subject find_subject(const store::Snapshot& snapshot, std::string_view text);

}  // namespace trailkeeper::query
