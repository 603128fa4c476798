-- Question: For which hours are there no events of an account and region?
-- Why: A gap may be a quiet night, or a log that was stopped or lost.
-- Parameter: hours = 24 -- only gaps of this many hours or more
-- Technique: T1562.008
-- Control: PCI DSS 10.7.2, NIST AU-12
WITH hours AS (
  SELECT recipientAccountId AS account, awsRegion AS region, date_trunc('hour', eventTime) AS hour
  FROM events
  WHERE eventTime >= :since AND eventTime < :until
  GROUP BY 1, 2, 3
), steps AS (
  SELECT account, region, lag(hour) OVER (PARTITION BY account, region ORDER BY hour) AS last_before, hour AS first_after
  FROM hours
)
SELECT account, region, last_before, first_after, date_diff('hour', last_before, first_after) - 1 AS hours
FROM steps
WHERE date_diff('hour', last_before, first_after) > :hours
ORDER BY hours DESC
