#include "rules/verdicts/considered.h"

#include <fmt/format.h>

#include "rules/iam/explain.h"
#include "rules/iam/statement_match.h"

namespace trailkeeper::rules::verdicts {

using iam::PolicyKind;

Considered considered(const iam::Policy& policy, PolicyKind kind, std::string_view name, bool bounded,
                      const iam::Request& request) {
  std::string says;
  for (std::size_t i = 0; i < policy.statements.size(); ++i) {
    const iam::Statement& statement = policy.statements[i];
    iam::MissingKeys missing;
    const iam::Tri applies = iam::match_statement(statement, kind, request, bounded, missing).applies;
    if (applies == iam::Tri::no) continue;
    const std::string label =
        statement.sid.empty() ? fmt::format("statement {}", i) : fmt::format("statement \"{}\"", statement.sid);
    const std::string_view sure = applies == iam::Tri::yes ? "" : " perhaps";
    says += fmt::format("{}{}{} {} it", says.empty() ? "" : ", ", label, sure, statement.allow ? "allows" : "denies");
  }
  return {std::string{iam::kind_words(kind)}, std::string{name}, says.empty() ? "nothing about it" : std::move(says)};
}

std::vector<Considered> considered_by(const grants::Granted& granted, const iam::Request& request) {
  std::vector<Considered> all;
  const auto ask = [&](const std::vector<grants::DocumentPtr>& documents, PolicyKind kind) {
    for (const grants::DocumentPtr& document : documents) {
      if (!document->policy) continue;
      all.push_back(considered(*document->policy, kind, document->name, !granted.boundaries.empty(), request));
    }
  };
  ask(granted.identity, PolicyKind::identity);
  ask(granted.boundaries, PolicyKind::permission_boundary);
  for (const auto& level : granted.service_control) ask(level, PolicyKind::service_control);
  for (const auto& level : granted.resource_control) ask(level, PolicyKind::resource_control);
  return all;
}

std::string statement_words(const iam::StatementPlace& place, const grants::Granted* granted) {
  const std::string statement =
      place.sid.empty() ? fmt::format("statement {}", place.statement) : fmt::format("statement \"{}\"", place.sid);
  if (place.kind == PolicyKind::resource) return statement + " of the resource's own policy";
  const grants::Document* const document = granted == nullptr ? nullptr : granted->document(place);
  const std::string name = document == nullptr ? std::string{iam::kind_words(place.kind)} : document->name;
  const bool boundary = place.kind == PolicyKind::permission_boundary;
  return fmt::format("{} of {}{}", statement, boundary ? "the boundary " : "", name);
}

}  // namespace trailkeeper::rules::verdicts
