-- Question: Who disabled a KMS key, or scheduled its deletion?
-- Why: Without its key, what it encrypted is lost.
-- Technique: T1485
-- Control: CIS AWS 5.7, NIST CM-5(1)
SELECT eventTime, userIdentity.arn AS principal, eventName, sourceIPAddress, awsRegion, recipientAccountId, errorCode, element_at(requestParameters, 'keyId') AS key
FROM events
WHERE eventSource = 'kms.amazonaws.com'
  AND eventName IN (
    'DisableKey',
    'ScheduleKeyDeletion')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
