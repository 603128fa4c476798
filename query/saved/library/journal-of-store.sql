-- Question: Who changed this store, or asked to see what is confidential?
-- Why: Access to the log is part of what has to be logged.
-- Control: PCI DSS 10.2.1.3, NIST AU-9
SELECT time, json_extract_scalar(entry, '$.action') AS action, entry
FROM journal
WHERE time >= :since AND time < :until
ORDER BY time
