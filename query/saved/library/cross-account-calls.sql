-- Question: Who called from another account?
-- Why: Trust between accounts is easily forgotten.
-- Technique: T1199
-- Control: SOC 2 CC6.3
SELECT userIdentity.accountId AS from_account, recipientAccountId AS to_account, userIdentity.arn AS principal,
       eventSource, count(*) AS calls, max(eventTime) AS last
FROM events
WHERE userIdentity.accountId <> recipientAccountId
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC
