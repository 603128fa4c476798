-- Question: Who read how much of which bucket?
-- Why: Bulk reading is how data leaves.
-- Parameter: least = 1 -- only those with this many objects or more
-- Technique: T1530
-- Control: PCI DSS 10.2.1.1, HIPAA 164.312(b)
SELECT element_at(requestParameters, 'bucketName') AS bucket, userIdentity.arn AS principal, sourceIPAddress,
       count(*) AS objects, min(eventTime) AS first, max(eventTime) AS last
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND eventName = 'GetObject'
  AND errorCode IS NULL
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
HAVING count(*) >= :least
ORDER BY objects DESC
