-- Question: What was done as the root user?
-- Why: The root user can't be limited by policies: each use should have a reason that
--   somebody knows.
-- Technique: T1078.004
-- Control: CIS AWS 5.3, PCI DSS 10.2.1.2, NIST AC-6(9)
SELECT eventTime, eventSource, eventName, sourceIPAddress, userAgent, errorCode, recipientAccountId, eventID
FROM events
WHERE userIdentity.type = 'Root'
  AND userIdentity.invokedBy IS NULL
  AND coalesce(eventType, '') <> 'AwsServiceEvent'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
