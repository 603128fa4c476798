-- Question: What did a user or role do?
-- Why: Every call of one principal, also through sessions of a role.
-- Parameter: principal = % -- the ARN, with % for any characters
-- Technique: T1078.004
-- Control: PCI DSS 10.2.1.1, NIST AU-6, SOC 2 CC7.3
SELECT eventTime, eventSource, eventName, sourceIPAddress, awsRegion, errorCode, eventID
FROM events
WHERE (userIdentity.arn LIKE :principal OR userIdentity.sessionContext.sessionIssuer.arn LIKE :principal)
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
