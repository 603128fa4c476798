-- Question: Who changed gateways?
-- Why: A gateway connects a private network with others, or with the internet.
-- Technique: T1562.007
-- Control: CIS AWS 5.12
SELECT eventTime, userIdentity.arn AS principal, eventName, sourceIPAddress, awsRegion, recipientAccountId, errorCode
FROM events
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN (
    'CreateCustomerGateway',
    'DeleteCustomerGateway',
    'AttachInternetGateway',
    'CreateInternetGateway',
    'DeleteInternetGateway',
    'DetachInternetGateway')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
