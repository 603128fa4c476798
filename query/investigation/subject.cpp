#include "query/investigation/subject.h"

#include <algorithm>
#include <array>
#include <span>

#include "query/event_list.h"
#include "query/ip_range.h"
#include "text/enum_rows.h"

namespace trailkeeper::query {
namespace {

constexpr std::array<std::string_view, kSubjectKindCount> kNames{"principal", "access-key", "ip", "resource"};
static_assert(text::are_names_of(kNames, SubjectKind::resource));

// Prefixes of unique identifiers: access keys; users, roles, groups of a federated or assumed identity.
constexpr std::array<std::string_view, 2> kKeyPrefixes{"AKIA", "ASIA"};
constexpr std::array<std::string_view, 2> kPrincipalPrefixes{"AIDA", "AROA"};

bool starts_with_one_of(std::string_view text, std::span<const std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

bool is_unique_id(std::string_view text, std::span<const std::string_view> prefixes) {
  constexpr std::size_t kShortest = 16;
  const std::string_view id = text.substr(0, text.find(':'));
  return id.size() >= kShortest && starts_with_one_of(id, prefixes) &&
         std::all_of(id.begin(), id.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

// The part of an ARN behind its fifth colon, if it is one of IAM or STS.
std::optional<std::string_view> identity_resource(std::string_view arn) {
  constexpr std::size_t kColons = 5;
  std::array<std::size_t, kColons> colons{};
  std::size_t from = 0;
  for (std::size_t& colon : colons) {
    colon = arn.find(':', from);
    if (colon == std::string_view::npos) return std::nullopt;
    from = colon + 1;
  }
  const std::string_view service = arn.substr(colons[1] + 1, colons[2] - colons[1] - 1);
  if (service != "iam" && service != "sts") return std::nullopt;
  return arn.substr(from);
}

bool is_caller(std::string_view arn) {
  constexpr std::array<std::string_view, 4> kCallers{"user/", "role/", "assumed-role/", "federated-user/"};
  const auto resource = identity_resource(arn);
  return resource && (*resource == "root" || starts_with_one_of(*resource, kCallers));
}

}  // namespace

std::string_view subject_kind_name(SubjectKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<SubjectKind> subject_kind_of_name(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<SubjectKind>(found - kNames.begin());
}

Filter Subject::filter() const {
  Filter filter;
  switch (kind) {
    case SubjectKind::access_key: filter.add(FilterField::access_key, text); break;
    case SubjectKind::ip: filter.add(FilterField::ip, text); break;
    case SubjectKind::resource: filter.add(FilterField::resource, text); break;
    case SubjectKind::principal:
      if (text.starts_with("arn:")) {
        filter.add(FilterField::principal, text);
      } else if (is_unique_id(text, kPrincipalPrefixes)) {
        filter.add(FilterField::principal, text);
        // The sessions of a role are its identifier, a colon and their name.
        if (text.find(':') == std::string::npos) filter.add(FilterField::principal, text + ":*");
      } else {
        filter.add(FilterField::user, text);
      }
      break;
  }
  return filter;
}

std::optional<SubjectKind> kind_by_form(std::string_view text) {
  if (is_unique_id(text, kKeyPrefixes)) return SubjectKind::access_key;
  if (is_unique_id(text, kPrincipalPrefixes)) return SubjectKind::principal;
  if (IpRange::parse(text)) return SubjectKind::ip;
  if (text.starts_with("arn:")) return is_caller(text) ? SubjectKind::principal : SubjectKind::resource;
  return std::nullopt;
}

Subject find_subject(const store::Snapshot& snapshot, std::string_view text) {
  if (const auto kind = kind_by_form(text)) return {*kind, std::string{text}};
  const Subject principal{SubjectKind::principal, std::string{text}};
  const std::uint64_t found =
      list_events(snapshot, principal.filter(), Order::newest, 1, [](const ListedEvent&) { return true; });
  return {found > 0 ? SubjectKind::principal : SubjectKind::resource, std::string{text}};
}

}  // namespace trailkeeper::query
