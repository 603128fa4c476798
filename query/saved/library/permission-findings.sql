-- Question: Where do events and permissions contradict each other?
-- Why: Calls that succeeded without a known permission, and calls that were refused in spite
--   of one.
-- Technique: T1098.003
-- Control: NIST AC-6(9), SOC 2 CC6.3
SELECT rule, severity, principal, action, count(*) AS times, min(time) AS first, max(time) AS last
FROM findings
WHERE time >= :since AND time < :until
GROUP BY 1, 2, 3, 4
ORDER BY times DESC
