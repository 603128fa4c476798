#include "generate/identity.h"

#include "generate/calendar.h"

namespace trailkeeper::generate {
namespace {

void append_all(std::string& out, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) out.append(part);
}

void append_console_session(std::string& out, std::int64_t created, bool mfa) {
  out += R"(,"sessionContext":{)";
  append_attributes(out, created, mfa);
  out += '}';
}

}  // namespace

void append_attributes(std::string& out, std::int64_t created, bool mfa) {
  out += R"("attributes":{"creationDate":")";
  append_time(out, created);
  append_all(out, {R"(","mfaAuthenticated":")", mfa ? "true" : "false", R"("})"});
}

void append_session_arn(std::string& out, const RoleSession& session) {
  append_all(out, {"arn:aws:sts::", session.account, ":assumed-role/", session.role_name, "/", session.session});
}

void append_role_head(std::string& out, const RoleSession& session) {
  append_all(out, {R"({"type":"AssumedRole","principalId":")", session.role_id, ":", session.session, R"(","arn":")"});
  append_session_arn(out, session);
  append_all(out, {R"(","accountId":")", session.account});
  if (!session.access_key.empty()) append_all(out, {R"(","accessKeyId":")", session.access_key});
  append_all(out, {R"(","sessionContext":{"sessionIssuer":{"type":"Role","principalId":")", session.role_id,
                   R"(","arn":")", session.role_arn, R"(","accountId":")", session.account, R"(","userName":")",
                   session.role_name, R"("},)"});
}

void append_role_tail(std::string& out, const RoleSession& session) {
  append_attributes(out, session.created, session.mfa);
  if (!session.ec2_delivery.empty()) append_all(out, {R"(,"ec2RoleDelivery":")", session.ec2_delivery, "\""});
  if (!session.source_identity.empty()) append_all(out, {R"(,"sourceIdentity":")", session.source_identity, "\""});
  out += '}';
  if (!session.invoked_by.empty()) append_all(out, {R"(,"invokedBy":")", session.invoked_by, "\""});
  out += '}';
}

void append_user(std::string& out, std::string_view account, std::string_view id, std::string_view arn,
                 std::string_view access_key, std::string_view name, std::int64_t created, bool mfa) {
  append_all(out, {R"({"type":"IAMUser","principalId":")", id, R"(","arn":")", arn, R"(","accountId":")", account});
  if (!access_key.empty()) append_all(out, {R"(","accessKeyId":")", access_key});
  append_all(out, {R"(","userName":")", name, "\""});
  if (created != 0) append_console_session(out, created, mfa);
  out += '}';
}

void append_root(std::string& out, std::string_view account, std::string_view access_key, std::int64_t created,
                 bool mfa) {
  append_all(out, {R"({"type":"Root","principalId":")", account, R"(","arn":"arn:aws:iam::)", account,
                   R"(:root","accountId":")", account, R"(","accessKeyId":")", access_key, "\""});
  if (created != 0) append_console_session(out, created, mfa);
  out += '}';
}

}  // namespace trailkeeper::generate
