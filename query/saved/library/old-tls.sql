-- Question: Who still calls with TLS before 1.2?
-- Why: AWS ends support for it; such clients will stop to work.
-- Control: PCI DSS 4.2.1, HIPAA 164.312(e)(1)
SELECT tlsDetails.tlsVersion AS version, userIdentity.arn AS principal, userAgent, count(*) AS calls, max(eventTime) AS last
FROM events
WHERE tlsDetails.tlsVersion IN ('TLSv1', 'TLSv1.1')
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
ORDER BY calls DESC
