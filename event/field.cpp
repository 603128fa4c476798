#include "event/field.h"

#include <algorithm>

namespace trailkeeper::event {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, kFieldCount> kPaths{
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestID",
    "eventID",
    "eventType",
    "eventCategory",
    "apiVersion",
    "managementEvent",
    "readOnly",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "sessionCredentialFromConsole",
    "userIdentity.type",
    "userIdentity.principalId",
    "userIdentity.arn",
    "userIdentity.accountId",
    "userIdentity.accessKeyId",
    "userIdentity.userName",
    "userIdentity.invokedBy",
    "userIdentity.invokedByDelegate.accountId",
    "userIdentity.identityProvider",
    "userIdentity.credentialId",
    "userIdentity.onBehalfOf.userId",
    "userIdentity.onBehalfOf.identityStoreArn",
    "userIdentity.inScopeOf.sourceArn",
    "userIdentity.inScopeOf.sourceAccount",
    "userIdentity.inScopeOf.issuerType",
    "userIdentity.inScopeOf.credentialsIssuedTo",
    "userIdentity.sessionContext.sessionIssuer.type",
    "userIdentity.sessionContext.sessionIssuer.principalId",
    "userIdentity.sessionContext.sessionIssuer.arn",
    "userIdentity.sessionContext.sessionIssuer.accountId",
    "userIdentity.sessionContext.sessionIssuer.userName",
    "userIdentity.sessionContext.attributes.creationDate",
    "userIdentity.sessionContext.attributes.mfaAuthenticated",
    "userIdentity.sessionContext.sourceIdentity",
    "userIdentity.sessionContext.ec2RoleDelivery",
    "userIdentity.sessionContext.assumedRoot",
    "userIdentity.sessionContext.signInSessionArn",
    "userIdentity.sessionContext.webIdFederationData.federatedProvider",
    "tlsDetails.tlsVersion",
    "tlsDetails.cipherSuite",
    "tlsDetails.clientProvidedHostHeader",
    "tlsDetails.keyExchange",
    "addendum.reason",
    "addendum.updatedFields",
    "addendum.originalRequestID",
    "addendum.originalEventID",
    "insightDetails.state",
    "insightDetails.eventSource",
    "insightDetails.eventName",
    "insightDetails.insightType",
    "insightDetails.errorCode",
};

}  // namespace

std::string_view field_path(Field field) { return kPaths[static_cast<std::size_t>(field)]; }

std::optional<Field> field_at(std::string_view path) {
  const auto* const found = std::find(kPaths.begin(), kPaths.end(), path);
  if (found == kPaths.end()) return std::nullopt;
  return static_cast<Field>(found - kPaths.begin());
}

}  // namespace trailkeeper::event
