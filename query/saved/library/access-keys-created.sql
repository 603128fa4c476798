-- Question: Which access keys were made, and by whom?
-- Why: A key made for another user is a common way to stay in an account.
-- Technique: T1098.001
-- Control: PCI DSS 10.2.1.5, NIST AC-2(4)
SELECT eventTime, userIdentity.arn AS principal, element_at(requestParameters, 'userName') AS for_user,
       json_extract_scalar(eventJson, '$.responseElements.accessKey.accessKeyId') AS key, sourceIPAddress, errorCode
FROM events
WHERE eventSource = 'iam.amazonaws.com'
  AND eventName = 'CreateAccessKey'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
