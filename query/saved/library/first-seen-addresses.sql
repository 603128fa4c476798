-- Question: From which addresses did a principal call for the first time?
-- Why: Stolen credentials are used from elsewhere. Give a time as since: what is older is
--   what is known.
-- Technique: T1078.004
-- Control: NIST SI-4(20), SOC 2 CC7.2
SELECT userIdentity.arn AS principal, sourceIPAddress, min(eventTime) AS first, count(*) AS calls
FROM events
WHERE eventTime < :until
GROUP BY 1, 2
HAVING min(eventTime) >= :since
ORDER BY first
