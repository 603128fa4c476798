-- Question: Who was refused what, and how often?
-- Why: Calls without permission are mistakes in policies, or somebody who looks for a way
--   in.
-- Parameter: least = 1 -- only those with this many calls or more
-- Technique: T1580
-- Control: CIS AWS 5.1, PCI DSS 10.2.1.4, NIST AU-6
SELECT userIdentity.arn AS principal, eventSource, eventName, errorCode,
       count(*) AS calls, min(eventTime) AS first, max(eventTime) AS last
FROM events
WHERE (errorCode LIKE '%UnauthorizedOperation' OR errorCode LIKE 'AccessDenied%')
  AND coalesce(sourceIPAddress, '') <> 'delivery.logs.amazonaws.com'
  AND eventName <> 'HeadBucket'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
HAVING count(*) >= :least
ORDER BY calls DESC
