-- Question: Who may do everything?
-- Why: As of now, by what policies grant to users and roles.
-- Technique: T1098.003
-- Control: NIST AC-6(9), ISO 27001 8.2, SOC 2 CC6.3
SELECT principal, policy
FROM policies
WHERE "as" = 'identity policy'
  AND (policy LIKE '%:policy/AdministratorAccess'
       OR regexp_like(document, '"Action"\s*:\s*\[?\s*"\*"'))
ORDER BY 1, 2
