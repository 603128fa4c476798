-- Question: Who changed IAM policies, and for whom?
-- Why: What a policy grants is what its holder can do from then on.
-- Technique: T1098.003
-- Control: CIS AWS 5.4, PCI DSS 10.2.1.5, SOC 2 CC6.2
SELECT eventTime, userIdentity.arn AS principal, eventName, sourceIPAddress, awsRegion, recipientAccountId, errorCode,
       coalesce(element_at(requestParameters, 'userName'), element_at(requestParameters, 'roleName'),
                element_at(requestParameters, 'groupName')) AS holder,
       coalesce(element_at(requestParameters, 'policyArn'), element_at(requestParameters, 'policyName')) AS policy
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventName IN (
    'DeleteGroupPolicy',
    'DeleteRolePolicy',
    'DeleteUserPolicy',
    'PutGroupPolicy',
    'PutRolePolicy',
    'PutUserPolicy',
    'CreatePolicy',
    'DeletePolicy',
    'CreatePolicyVersion',
    'DeletePolicyVersion',
    'SetDefaultPolicyVersion',
    'AttachRolePolicy',
    'DetachRolePolicy',
    'AttachUserPolicy',
    'DetachUserPolicy',
    'AttachGroupPolicy',
    'DetachGroupPolicy')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
