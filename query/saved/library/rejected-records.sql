-- Question: What could not be read as an event?
-- Why: Such records are kept; many of one reason are a sender that is set up wrongly.
-- Control: NIST SI-7, PCI DSS 10.7.2
SELECT reason, source, sum(records) AS records, max(arrival) AS last
FROM rejects
GROUP BY 1, 2
ORDER BY records DESC
