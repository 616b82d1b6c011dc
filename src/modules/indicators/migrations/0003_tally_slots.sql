-- The tally of a visibility lies in several rows, so that writers on PostgreSQL seldom wait for one
-- another; the sum counts.
CREATE TABLE observation_tally_slot (
    visibility {int} NOT NULL,
    slot       {int} NOT NULL,
    count      {int} NOT NULL,
    PRIMARY KEY (visibility, slot)
) {strict};
INSERT INTO observation_tally_slot (visibility, slot, count)
SELECT visibility, slot, CASE slot WHEN 0 THEN count ELSE 0 END
FROM observation_tally,
     (SELECT 0 AS slot UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
      UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
      UNION ALL SELECT 10 UNION ALL SELECT 11 UNION ALL SELECT 12 UNION ALL SELECT 13
      UNION ALL SELECT 14 UNION ALL SELECT 15) AS slots;
DROP TABLE observation_tally;
ALTER TABLE observation_tally_slot RENAME TO observation_tally;
