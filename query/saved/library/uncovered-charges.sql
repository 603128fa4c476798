-- Question: What do credits not pay for, and why?
-- Why: Each charge that isn't covered has a reason; some can be done something about.
-- Control: SOC 2 PI1.2
SELECT month, account, service, reason, rule, count(*) AS charges, sum(due) AS due
FROM credit_charges
WHERE due > 0
GROUP BY 1, 2, 3, 4, 5
ORDER BY due DESC
