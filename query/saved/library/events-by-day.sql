-- Question: How many events came in each day, of each account?
-- Why: A day with far fewer, or far more, events than others is worth a look.
-- Control: NIST AU-6, PCI DSS 10.5.1
SELECT date(eventTime) AS day, recipientAccountId AS account, count(*) AS events, count(errorCode) AS errors
FROM events
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY 1, 2
