-- Question: Who read secrets and parameters?
-- Why: What was read is known to whoever read it.
-- Technique: T1555.006
-- Control: PCI DSS 10.2.1.1, HIPAA 164.312(b)
SELECT eventTime, userIdentity.arn AS principal, eventSource, eventName,
       coalesce(element_at(requestParameters, 'secretId'), element_at(requestParameters, 'name')) AS secret,
       sourceIPAddress, errorCode
FROM events
WHERE eventName IN ('GetSecretValue', 'BatchGetSecretValue', 'GetParameter', 'GetParameters', 'GetParametersByPath')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
