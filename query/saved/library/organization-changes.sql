-- Question: Who changed the organization, its accounts or its policies?
-- Why: SCPs and accounts' places decide what all of an account's users may do.
-- Technique: T1098.003
-- Control: CIS AWS 5.15
SELECT eventTime, userIdentity.arn AS principal, eventName, sourceIPAddress, awsRegion, recipientAccountId, errorCode
FROM events
WHERE eventSource = 'organizations.amazonaws.com'
  AND eventName IN (
    'AcceptHandshake',
    'AttachPolicy',
    'CreateAccount',
    'CreateOrganizationalUnit',
    'CreatePolicy',
    'DeclineHandshake',
    'DeleteOrganization',
    'DeleteOrganizationalUnit',
    'DeletePolicy',
    'DetachPolicy',
    'DisablePolicyType',
    'EnablePolicyType',
    'InviteAccountToOrganization',
    'LeaveOrganization',
    'MoveAccount',
    'RemoveAccountFromOrganization',
    'UpdatePolicy',
    'UpdateOrganizationalUnit',
    'AccountJoinedOrganization',
    'AccountDepartedOrganization')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
