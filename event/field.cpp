#include "event/field.h"

#include <algorithm>

#include "text/enum_rows.h"

namespace trailkeeper::event {
namespace {

struct Row {
  Field field;
  std::string_view path;
};

constexpr std::array<Row, kFieldCount> kRows{{
    {Field::event_version, "eventVersion"},
    {Field::event_time, "eventTime"},
    {Field::event_source, "eventSource"},
    {Field::event_name, "eventName"},
    {Field::aws_region, "awsRegion"},
    {Field::source_ip_address, "sourceIPAddress"},
    {Field::user_agent, "userAgent"},
    {Field::error_code, "errorCode"},
    {Field::error_message, "errorMessage"},
    {Field::request_id, "requestID"},
    {Field::event_id, "eventID"},
    {Field::event_type, "eventType"},
    {Field::event_category, "eventCategory"},
    {Field::api_version, "apiVersion"},
    {Field::management_event, "managementEvent"},
    {Field::read_only, "readOnly"},
    {Field::recipient_account_id, "recipientAccountId"},
    {Field::shared_event_id, "sharedEventID"},
    {Field::vpc_endpoint_id, "vpcEndpointId"},
    {Field::vpc_endpoint_account_id, "vpcEndpointAccountId"},
    {Field::session_credential_from_console, "sessionCredentialFromConsole"},
    {Field::identity_type, "userIdentity.type"},
    {Field::principal_id, "userIdentity.principalId"},
    {Field::arn, "userIdentity.arn"},
    {Field::account_id, "userIdentity.accountId"},
    {Field::access_key_id, "userIdentity.accessKeyId"},
    {Field::user_name, "userIdentity.userName"},
    {Field::invoked_by, "userIdentity.invokedBy"},
    {Field::invoked_by_delegate_account_id, "userIdentity.invokedByDelegate.accountId"},
    {Field::identity_provider, "userIdentity.identityProvider"},
    {Field::credential_id, "userIdentity.credentialId"},
    {Field::on_behalf_of_user_id, "userIdentity.onBehalfOf.userId"},
    {Field::on_behalf_of_identity_store_arn, "userIdentity.onBehalfOf.identityStoreArn"},
    {Field::in_scope_of_source_arn, "userIdentity.inScopeOf.sourceArn"},
    {Field::in_scope_of_source_account, "userIdentity.inScopeOf.sourceAccount"},
    {Field::in_scope_of_issuer_type, "userIdentity.inScopeOf.issuerType"},
    {Field::in_scope_of_credentials_issued_to, "userIdentity.inScopeOf.credentialsIssuedTo"},
    {Field::issuer_type, "userIdentity.sessionContext.sessionIssuer.type"},
    {Field::issuer_principal_id, "userIdentity.sessionContext.sessionIssuer.principalId"},
    {Field::issuer_arn, "userIdentity.sessionContext.sessionIssuer.arn"},
    {Field::issuer_account_id, "userIdentity.sessionContext.sessionIssuer.accountId"},
    {Field::issuer_user_name, "userIdentity.sessionContext.sessionIssuer.userName"},
    {Field::session_creation_date, "userIdentity.sessionContext.attributes.creationDate"},
    {Field::session_mfa_authenticated, "userIdentity.sessionContext.attributes.mfaAuthenticated"},
    {Field::session_source_identity, "userIdentity.sessionContext.sourceIdentity"},
    {Field::session_ec2_role_delivery, "userIdentity.sessionContext.ec2RoleDelivery"},
    {Field::session_assumed_root, "userIdentity.sessionContext.assumedRoot"},
    {Field::session_sign_in_session_arn, "userIdentity.sessionContext.signInSessionArn"},
    {Field::session_federated_provider, "userIdentity.sessionContext.webIdFederationData.federatedProvider"},
    {Field::tls_version, "tlsDetails.tlsVersion"},
    {Field::tls_cipher_suite, "tlsDetails.cipherSuite"},
    {Field::tls_client_provided_host_header, "tlsDetails.clientProvidedHostHeader"},
    {Field::tls_key_exchange, "tlsDetails.keyExchange"},
    {Field::addendum_reason, "addendum.reason"},
    {Field::addendum_updated_fields, "addendum.updatedFields"},
    {Field::addendum_original_request_id, "addendum.originalRequestID"},
    {Field::addendum_original_event_id, "addendum.originalEventID"},
    {Field::insight_state, "insightDetails.state"},
    {Field::insight_event_source, "insightDetails.eventSource"},
    {Field::insight_event_name, "insightDetails.eventName"},
    {Field::insight_type, "insightDetails.insightType"},
    {Field::insight_error_code, "insightDetails.errorCode"},
}};
static_assert(text::are_rows_of(kRows, &Row::field, Field::insight_error_code));

}  // namespace

std::string_view field_path(Field field) { return kRows[static_cast<std::size_t>(field)].path; }

std::optional<Field> field_at(std::string_view path) {
  const auto* const found =
      std::find_if(kRows.begin(), kRows.end(), [path](const Row& row) { return row.path == path; });
  if (found == kRows.end()) return std::nullopt;
  return found->field;
}

}  // namespace trailkeeper::event
