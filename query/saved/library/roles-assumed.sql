-- Question: Who assumed which role, from where?
-- Why: A role's events name its session; this says who stood behind it.
-- Technique: T1199
-- Control: NIST AC-6(9), SOC 2 CC6.3
SELECT element_at(requestParameters, 'roleArn') AS role, userIdentity.arn AS principal, userIdentity.accountId AS from_account,
       sourceIPAddress, count(*) AS times, min(eventTime) AS first, max(eventTime) AS last
FROM events
WHERE eventName IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity')
  AND errorCode IS NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
ORDER BY times DESC
