-- Question: Who failed to sign in, from where?
-- Why: Many failures from one address are somebody who tries passwords.
-- Parameter: least = 1 -- only those with this many failures or more
-- Technique: T1110
-- Control: CIS AWS 5.6, PCI DSS 10.2.1.4
SELECT userIdentity.userName AS user, sourceIPAddress, recipientAccountId,
       count(*) AS failures, min(eventTime) AS first, max(eventTime) AS last
FROM events
WHERE eventName = 'ConsoleLogin'
  AND errorMessage = 'Failed authentication'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
HAVING count(*) >= :least
ORDER BY failures DESC
