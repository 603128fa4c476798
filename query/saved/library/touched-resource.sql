-- Question: Who touched a resource?
-- Why: All calls that name it: in their resources, in what was asked, or in what was
--   answered.
-- Parameter: resource = arn: -- an ARN, a name or an ID, or a part of one
-- Technique: T1530
-- Control: PCI DSS 10.2.1.7, NIST AU-3, ISO 27001 5.28
SELECT eventTime, userIdentity.arn AS principal, eventSource, eventName, readOnly, errorCode, eventID
FROM events
WHERE eventJson LIKE '%' || :resource || '%'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
