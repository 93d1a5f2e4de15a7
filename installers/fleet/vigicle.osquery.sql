-- Certificates of keys that Windows has copied into its stores, and when they end.
-- It sees no card that was never put in. Windows: CertPropSvc copies what a card holds.
SELECT common_name, issuer, serial, sha1, datetime(not_valid_after, 'unixepoch') AS ends,
       CAST((not_valid_after - strftime('%s', 'now')) / 86400 AS INTEGER) AS days_left
FROM certificates
WHERE ca = 0 AND (issuer LIKE '%CertEurope%' OR issuer LIKE '%Certinomis%' OR issuer LIKE '%ChamberSign%')
ORDER BY not_valid_after;
