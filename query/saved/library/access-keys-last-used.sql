-- Question: When was each access key first and last used?
-- Why: Keys that nobody uses can be removed before somebody else finds them.
-- Technique: T1078.004
-- Control: PCI DSS 10.2.1.5, ISO 27001 5.18
SELECT userIdentity.accessKeyId AS key, userIdentity.arn AS principal,
       count(*) AS calls, min(eventTime) AS first, max(eventTime) AS last
FROM events
WHERE userIdentity.accessKeyId LIKE 'AKIA%'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY last
