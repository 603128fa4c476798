-- Question: Which calls did a principal make for the first time?
-- Why: Something that a user or role never did before is worth a look. Give a time as since:
--   what is older is what is known.
-- Technique: T1078.004
-- Control: NIST AU-6(1), SOC 2 CC7.2
SELECT coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn) AS principal, eventSource, eventName,
       min(eventTime) AS first, count(*) AS calls
FROM events
WHERE eventTime < :until
GROUP BY 1, 2, 3
HAVING min(eventTime) >= :since
ORDER BY first
