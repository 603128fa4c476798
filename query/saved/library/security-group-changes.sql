-- Question: Who changed security groups?
-- Why: They are the firewall of instances and databases.
-- Technique: T1562.007
-- Control: CIS AWS 5.10, SOC 2 CC6.1
SELECT eventTime, userIdentity.arn AS principal, eventName, sourceIPAddress, awsRegion, recipientAccountId, errorCode, element_at(requestParameters, 'groupId') AS group_id
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN (
    'AuthorizeSecurityGroupIngress',
    'AuthorizeSecurityGroupEgress',
    'RevokeSecurityGroupIngress',
    'RevokeSecurityGroupEgress',
    'CreateSecurityGroup',
    'DeleteSecurityGroup',
    'ModifySecurityGroupRules')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
