-- Question: Who changed who may reach a bucket?
-- Why: A policy or an ACL can make a bucket's contents public.
-- Technique: T1530
-- Control: CIS AWS 5.8, SOC 2 CC6.1
SELECT eventTime, userIdentity.arn AS principal, eventName, sourceIPAddress, awsRegion, recipientAccountId, errorCode, element_at(requestParameters, 'bucketName') AS bucket
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND eventName IN (
    'PutBucketAcl',
    'PutBucketPolicy',
    'PutBucketCors',
    'PutBucketLifecycle',
    'PutBucketReplication',
    'DeleteBucketPolicy',
    'DeleteBucketCors',
    'DeleteBucketLifecycle',
    'DeleteBucketReplication',
    'PutBucketPublicAccessBlock',
    'DeleteBucketPublicAccessBlock')
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime
