-- Question: Who changed route tables?
-- Why: A route can send traffic past what inspects it.
-- Technique: T1562.007
-- Control: CIS AWS 5.13
SELECT eventTime, userIdentity.arn AS principal, eventName, sourceIPAddress, awsRegion, recipientAccountId, errorCode
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN (
    'CreateRoute',
    'CreateRouteTable',
    'ReplaceRoute',
    'ReplaceRouteTableAssociation',
    'DeleteRouteTable',
    'DeleteRoute',
    'DisassociateRouteTable')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
