// Who makes a request, and what a policy's Principal and NotPrincipal match.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::rules::iam {

/// A request's principal: views into its text, which must outlive it.
struct Principal {
  enum class Kind : std::uint8_t {
    anonymous,       ///< `*`: an unsigned request.
    root,            ///< arn:aws:iam::ACCOUNT:root
    user,            ///< arn:aws:iam::ACCOUNT:user/PATH/NAME
    role,            ///< arn:aws:iam::ACCOUNT:role/PATH/NAME: a session of the role whose name isn't known
    role_session,    ///< arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
    federated_user,  ///< arn:aws:sts::ACCOUNT:federated-user/NAME, a GetFederationToken session
    federated,       ///< An identity provider: accounts.google.com, arn:aws:iam::ACCOUNT:saml-provider/NAME
    service          ///< lambda.amazonaws.com
  };

  Kind kind = Kind::anonymous;
  std::string_view text;
  std::string_view partition;
  std::string_view account;  ///< Empty for anonymous, services and providers.
  std::string_view name;     ///< The user's or role's, without path; for a session, the role's.
  bool service_linked = false;

  /// Takes an ARN, a service or provider name, or `*`. The error says what is wrong.
  static boost::system::result<Principal, std::string> parse(std::string_view text);

  /// A user, a role or a session of one: what identity policies, boundaries and session policies are about.
  [[nodiscard]] bool is_iam_entity() const {
    return kind == Kind::user || kind == Kind::role || kind == Kind::role_session || kind == Kind::federated_user;
  }
};

/// How directly a resource policy names the principal. In the same account this decides which other policies' implicit
/// denies still count (IAM User Guide, "Policy evaluation logic", resource-based policies).
enum class Naming : std::uint8_t {
  none,     ///< Not named.
  account,  ///< By its account: delegated to the account's own policies.
  entity,   ///< A session by its role, or by the user who federated.
  direct    ///< By its own ARN, or as one of all.
};

/// One value of Principal or NotPrincipal (IAM User Guide, "AWS JSON policy elements: Principal").
class PrincipalPattern {
 public:
  /// `type` is AWS, Service, Federated or CanonicalUser. The error says what is wrong.
  static boost::system::result<PrincipalPattern, std::string> parse(std::string_view type, std::string_view value);
  /// `"Principal": "*"`.
  static PrincipalPattern everyone();

  [[nodiscard]] Naming match(const Principal& principal) const;

 private:
  enum class Kind : std::uint8_t { everyone, account, role, user, exact, none };
  Kind kind_ = Kind::none;
  bool provider_ = false;  // Of type Service or Federated: names no AWS principal.
  std::string text_;
  std::string partition_;
  std::string account_;
  std::string name_;
};

}  // namespace trailkeeper::rules::iam
