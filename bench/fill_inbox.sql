-- A million pieces of work for ten audiences, the operator's among them, with the counts that belong
-- to them; for either database.
WITH RECURSIVE digit (d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM digit WHERE d < 9),
     number (n) AS (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d
                    FROM digit AS a, digit AS b, digit AS c, digit AS e, digit AS f, digit AS g)
INSERT INTO inbox_item (kind, subject_key, address, title, title_en, about, audience, role_audience,
                        account_id, due_at, late, opened_at, changed_seq)
SELECT 'sample', CAST(n AS TEXT), '/cases/1', '样例事项', 'Sample', '样例单位',
       CASE n % 10 WHEN 0 THEN 'operator' ELSE 'bank|o:' || CAST(n % 10 AS TEXT) END,
       CASE n % 10 WHEN 0 THEN 'operator' ELSE 'bank|o:' || CAST(n % 10 AS TEXT) END,
       NULL, 1780000000 + (CAST(n AS BIGINT) * 7919) % 20000000, n < 0, 1780000000, 1
FROM number;
INSERT INTO inbox_tally (audience, slot, open_count, late_count)
SELECT audience, 0, COUNT(*), 0 FROM inbox_item WHERE kind = 'sample' GROUP BY audience;
