// CloudTrail's record fields, eventVersion 1.00 to 1.11, by their path in the record.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace trailkeeper::event {

/// Every scalar field of a record that has a fixed place. Structured fields (requestParameters, resources, …) are
/// reached by their path. Source: AWS CloudTrail User Guide, "CloudTrail record contents" and "userIdentity element".
enum class Field : std::uint8_t {
  event_version,
  event_time,
  event_source,
  event_name,
  aws_region,
  source_ip_address,
  user_agent,
  error_code,
  error_message,
  request_id,
  event_id,
  event_type,
  event_category,
  api_version,
  management_event,
  read_only,
  recipient_account_id,
  shared_event_id,
  vpc_endpoint_id,
  vpc_endpoint_account_id,
  session_credential_from_console,
  identity_type,
  principal_id,
  arn,
  account_id,
  access_key_id,
  user_name,
  invoked_by,
  invoked_by_delegate_account_id,
  identity_provider,
  credential_id,
  on_behalf_of_user_id,
  on_behalf_of_identity_store_arn,
  in_scope_of_source_arn,
  in_scope_of_source_account,
  in_scope_of_issuer_type,
  in_scope_of_credentials_issued_to,
  issuer_type,
  issuer_principal_id,
  issuer_arn,
  issuer_account_id,
  issuer_user_name,
  session_creation_date,
  session_mfa_authenticated,
  session_source_identity,
  session_ec2_role_delivery,
  session_assumed_root,
  session_sign_in_session_arn,
  session_federated_provider,
  tls_version,
  tls_cipher_suite,
  tls_client_provided_host_header,
  tls_key_exchange,
  addendum_reason,
  addendum_updated_fields,
  addendum_original_request_id,
  addendum_original_event_id,
  insight_state,
  insight_event_source,
  insight_event_name,
  insight_type,
  insight_error_code,
};

constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::insight_error_code) + 1;

/// A path inside a record is the keys joined by '.', array elements as `[]` (`resources[].ARN`); a '.' or '\' inside a
/// key is preceded by '\'.
std::string_view field_path(Field field);

/// The field at a path, if the path is a known field's.
std::optional<Field> field_at(std::string_view path);

}  // namespace trailkeeper::event
