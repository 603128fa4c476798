-- Question: Who changed AWS Config's recording?
-- Why: Without it, nobody knows how a resource was set up before.
-- Technique: T1562.008
-- Control: CIS AWS 5.9, PCI DSS 10.2.1.6
SELECT eventTime, userIdentity.arn AS principal, eventName, sourceIPAddress, awsRegion, recipientAccountId, errorCode
FROM events
WHERE eventSource = 'config.amazonaws.com'
  AND eventName IN (
    'StopConfigurationRecorder',
    'DeleteDeliveryChannel',
    'PutDeliveryChannel',
    'PutConfigurationRecorder',
    'DeleteConfigurationRecorder')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
