-- Question: When was each user and role first and last seen?
-- Why: Who has not been seen for long may not need access any more.
-- Parameter: unseen_since = 9999-12-31 -- only those not seen since then
-- Technique: T1078.004
-- Control: ISO 27001 5.18, SOC 2 CC6.2
SELECT coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn) AS principal, recipientAccountId,
       count(*) AS calls, min(eventTime) AS first, max(eventTime) AS last
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
HAVING max(eventTime) < :unseen_since
ORDER BY last
