-- Question: Who changed or stopped CloudTrail?
-- Why: Whoever wants to go unseen stops the log first.
-- Technique: T1562.008
-- Control: CIS AWS 5.5, PCI DSS 10.2.1.6, NIST AU-9
SELECT eventTime, userIdentity.arn AS principal, eventName, sourceIPAddress, awsRegion, recipientAccountId, errorCode
FROM events
WHERE eventSource = 'cloudtrail.amazonaws.com'
  AND eventName IN (
    'CreateTrail',
    'UpdateTrail',
    'DeleteTrail',
    'StartLogging',
    'StopLogging',
    'PutEventSelectors',
    'PutInsightSelectors',
    'DeleteEventDataStore',
    'StopEventDataStoreIngestion')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
