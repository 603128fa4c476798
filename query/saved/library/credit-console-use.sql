-- Question: Who looked at the account's credits, or applied for some?
-- Why: AWS Activate's calls are rare; each should have somebody behind it who was meant to
--   make it.
-- Control: SOC 2 CC6.3, PCI DSS 10.2.1.1
SELECT userIdentity.arn AS principal, eventName, verdict, errorCode, count(*) AS calls, max(eventTime) AS last
FROM events
WHERE eventSource = 'activate.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC
