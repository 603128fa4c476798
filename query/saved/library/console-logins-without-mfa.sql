-- Question: Which console sign-ins had no second factor?
-- Why: A password alone opens the account to whoever learns it. Federated sign-ins, whose
--   factor the identity provider checks, are left out.
-- Technique: T1078.004
-- Control: CIS AWS 5.2, PCI DSS 10.2.1.5, SOC 2 CC6.1
SELECT eventTime, userIdentity.type AS type, userIdentity.arn AS principal, sourceIPAddress, userAgent, recipientAccountId
FROM events
WHERE eventName = 'ConsoleLogin'
  AND element_at(responseElements, 'ConsoleLogin') = 'Success'
  AND coalesce(element_at(additionalEventData, 'MFAUsed'), 'No') <> 'Yes'
  AND userIdentity.type IN ('IAMUser', 'Root')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
