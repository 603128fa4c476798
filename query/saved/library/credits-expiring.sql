-- Question: Which credits expire unused, and when?
-- Why: What is left on that day is lost.
-- Control: SOC 2 PI1.2
SELECT account, creditId, type, amount, used, available, expires
FROM credits
WHERE status = 'active'
  AND available > 0
ORDER BY expires
