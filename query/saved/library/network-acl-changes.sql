-- Question: Who changed network ACLs?
-- Why: They decide which addresses reach a subnet at all.
-- Technique: T1562.007
-- Control: CIS AWS 5.11
SELECT eventTime, userIdentity.arn AS principal, eventName, sourceIPAddress, awsRegion, recipientAccountId, errorCode
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN (
    'CreateNetworkAcl',
    'CreateNetworkAclEntry',
    'DeleteNetworkAcl',
    'DeleteNetworkAclEntry',
    'ReplaceNetworkAclEntry',
    'ReplaceNetworkAclAssociation')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
