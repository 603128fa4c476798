-- Question: Who created or removed users, roles and groups?
-- Why: A new identity is a new way in; auditors ask who approved it.
-- Technique: T1136.003
-- Control: PCI DSS 10.2.1.5, NIST AC-2(4), ISO 27001 5.18
SELECT eventTime, userIdentity.arn AS principal, eventName, sourceIPAddress, awsRegion, recipientAccountId, errorCode,
       coalesce(element_at(requestParameters, 'userName'), element_at(requestParameters, 'roleName'),
                element_at(requestParameters, 'groupName')) AS identity
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventName IN (
    'CreateUser',
    'DeleteUser',
    'CreateRole',
    'DeleteRole',
    'CreateGroup',
    'DeleteGroup',
    'AddUserToGroup',
    'RemoveUserFromGroup',
    'CreateLoginProfile',
    'UpdateLoginProfile',
    'DeleteLoginProfile',
    'UpdateAssumeRolePolicy')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
