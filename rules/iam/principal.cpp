#include "rules/iam/principal.h"

#include <fmt/format.h>

#include "rules/iam/arn.h"
#include "text/ascii.h"

namespace trailkeeper::rules::iam {
namespace {

std::string_view behind_last_slash(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == text::npos ? path : path.substr(slash + 1);
}

// Takes `prefix` off the front; false if it isn't there or nothing follows.
bool strip(std::string_view& text, std::string_view prefix) {
  if (text.size() <= prefix.size() || text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_host_name(std::string_view text) {
  return text.find('.') != text::npos && text.front() != '.' && text.back() != '.' &&
         text.find_first_of(" \t\r\n*?:@") == text::npos;
}

// The kind of an ARN of IAM or STS, and what the other fields say; false if it isn't a principal's.
bool read_arn(const Arn& arn, Principal& out) {
  out.partition = arn.partition;
  out.account = arn.account;
  if (!arn.region.empty() || arn.partition.empty()) return false;
  std::string_view rest = arn.resource;
  if (arn.service == "iam") {
    if (rest == "root") {
      out.kind = Principal::Kind::root;
      return true;
    }
    if (strip(rest, "user/")) {
      out.kind = Principal::Kind::user;
      out.name = behind_last_slash(rest);
      return !out.name.empty();
    }
    if (strip(rest, "role/")) {
      out.kind = Principal::Kind::role;
      out.name = behind_last_slash(rest);
      out.service_linked = rest.substr(0, 17) == "aws-service-role/";
      return !out.name.empty();
    }
    if (strip(rest, "saml-provider/") || strip(rest, "oidc-provider/")) {
      out.kind = Principal::Kind::federated;
      out.account = {};
      return true;
    }
  }
  if (arn.service != "sts") return false;
  if (strip(rest, "federated-user/")) {
    out.kind = Principal::Kind::federated_user;
    out.name = behind_last_slash(rest);
    return true;
  }
  if (!strip(rest, "assumed-role/")) return false;
  const std::size_t slash = rest.find('/');
  if (slash == text::npos || slash == 0 || slash + 1 == rest.size()) return false;
  out.kind = Principal::Kind::role_session;
  out.name = rest.substr(0, slash);
  // A session's ARN has lost the role's path; the names of service-linked roles all start so.
  out.service_linked = out.name.substr(0, 17) == "AWSServiceRoleFor";
  return true;
}

}  // namespace

boost::system::result<Principal, std::string> Principal::parse(std::string_view text) {
  Principal principal;
  principal.text = text;
  if (text == "*") return principal;
  if (const auto arn = Arn::parse(text)) {
    if (!is_account_id(arn->account)) return std::string{"the ARN of a principal has an account of 12 digits"};
    if (text.find_first_of("*?") != text::npos) return std::string{"a request's principal has no wildcards"};
    if (read_arn(*arn, principal)) return principal;
    return std::string{
        "this isn't the ARN of an account's root, a user, a role, an assumed-role session or a federated user"};
  }
  if (!text.empty() && is_host_name(text)) {
    const bool aws = ends_with(text, ".amazonaws.com") || ends_with(text, ".amazonaws.com.cn");
    principal.kind = aws ? Kind::service : Kind::federated;
    return principal;
  }
  return std::string{"a principal is an ARN, or a service such as lambda.amazonaws.com"};
}

PrincipalPattern PrincipalPattern::everyone() {
  PrincipalPattern pattern;
  pattern.kind_ = Kind::everyone;
  return pattern;
}

boost::system::result<PrincipalPattern, std::string> PrincipalPattern::parse(std::string_view type,
                                                                             std::string_view value) {
  PrincipalPattern pattern;
  pattern.text_ = value;
  if (value.empty()) return std::string{"a principal can't be empty"};
  if (type == "AWS" && value == "*") return everyone();
  if (value.find_first_of("*?") != text::npos) {
    return std::string{"a wildcard can't stand for a part of a principal; use \"*\" with a Condition"};
  }
  if (type != "AWS") {
    // A canonical user ID is no ARN; requests don't carry one, so it names nobody here.
    pattern.provider_ = type != "CanonicalUser";
    pattern.kind_ = pattern.provider_ ? Kind::exact : Kind::none;
    return pattern;
  }
  if (is_account_id(value)) {
    pattern.kind_ = Kind::account;
    pattern.account_ = value;
    return pattern;
  }
  const auto arn = Arn::parse(value);
  if (!arn) {
    // IAM shows the unique ID (AIDA…, AROA…) of a user or role that was deleted: it names nobody any more.
    if (value.find_first_of(":/. ") == text::npos && value.size() >= 16) return pattern;
    return std::string{"a principal is an account, an ARN or \"*\""};
  }
  Principal named;
  if (!is_account_id(arn->account) || !read_arn(*arn, named)) {
    return std::string{"this isn't the ARN of an account's root, a user, a role or a session"};
  }
  pattern.partition_ = named.partition;
  pattern.account_ = arn->account;
  pattern.name_ = named.name;
  switch (named.kind) {
    case Principal::Kind::root: pattern.kind_ = Kind::account; break;
    case Principal::Kind::role: pattern.kind_ = Kind::role; break;
    case Principal::Kind::user: pattern.kind_ = Kind::user; break;
    default: pattern.kind_ = Kind::exact; break;
  }
  return pattern;
}

Naming PrincipalPattern::match(const Principal& principal) const {
  if (kind_ == Kind::everyone) return Naming::direct;
  if (kind_ == Kind::none) return Naming::none;
  if (provider_) {
    const bool provider = principal.kind == Principal::Kind::service || principal.kind == Principal::Kind::federated;
    return provider && principal.text == text_ ? Naming::direct : Naming::none;
  }
  if (principal.account.empty() || principal.account != account_) return Naming::none;
  if (kind_ == Kind::account) return principal.kind == Principal::Kind::root ? Naming::direct : Naming::account;
  if (principal.partition != partition_) return Naming::none;
  // A session's ARN has the role's name as the caller wrote it, and names of roles don't differ by case alone.
  if (kind_ == Kind::role && principal.kind == Principal::Kind::role_session) {
    return text::same_ignoring_case(principal.name, name_) ? Naming::entity : Naming::none;
  }
  if (kind_ == Kind::user && principal.kind == Principal::Kind::federated_user) {
    return principal.name == name_ ? Naming::entity : Naming::none;
  }
  if (principal.text != text_) return Naming::none;
  return principal.kind == Principal::Kind::role ? Naming::entity : Naming::direct;
}

}  // namespace trailkeeper::rules::iam
