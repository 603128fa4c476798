// userIdentity as CloudTrail writes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::generate {

/// An assumed role's session.
struct RoleSession {
  std::string_view account;
  std::string_view role_id;    ///< AROA….
  std::string_view role_name;  ///< Without path.
  std::string_view role_arn;   ///< With path.
  std::string_view session;
  std::string_view access_key;
  std::int64_t created = 0;
  bool mfa = false;
  std::string_view ec2_delivery = {};  ///< "1.0" or "2.0" where EC2 handed out the credentials.
  std::string_view invoked_by = {};    ///< The service, where one calls in the role's name.
  std::string_view source_identity = {};
};

/// What sessionContext.attributes holds.
void append_attributes(std::string& out, std::int64_t created, bool mfa);

/// userIdentity up to the place of webIdFederationData …
void append_role_head(std::string& out, const RoleSession& session);
/// … and from there on. Versions before 1.10 have kWebIdFederation between the two.
void append_role_tail(std::string& out, const RoleSession& session);
constexpr std::string_view kWebIdFederation = R"("webIdFederationData":{},)";

/// The sts ARN, which has no path.
void append_session_arn(std::string& out, const RoleSession& session);

/// An IAM user; with a console session if `created` is not 0.
void append_user(std::string& out, std::string_view account, std::string_view id, std::string_view arn,
                 std::string_view access_key, std::string_view name, std::int64_t created, bool mfa);

/// The root user; with a console session if `created` is not 0.
void append_root(std::string& out, std::string_view account, std::string_view access_key, std::int64_t created,
                 bool mfa);

}  // namespace trailkeeper::generate
