-- Makes the figures of fill.c agree with each other: values that rise day by day, shares of one
-- decimal, and nothing published for what is computed from other indicators.
PRAGMA synchronous = OFF;
UPDATE observation SET value = 1000 + CAST(julianday(period_end) - 2440000 AS INTEGER) * 3, low = NULL, high = NULL
WHERE fact_id LIKE 'bench-%';
UPDATE observation SET value = round(20 + value / 10000, 1)
WHERE fact_id LIKE 'bench-%' AND unit IN ('%', '百分点', '位', '级');
-- As many instead of others, twenty years earlier.
UPDATE observation SET replaced_seq = 1
WHERE fact_id LIKE 'bench-%' AND indicator_code IN (SELECT indicator_code FROM indicator_derivation);
INSERT INTO observation (fact_id, indicator_code, definition_version, area_code, period, period_start, period_end, value,
    unit, status, measure, approximation, published, published_on, visibility, sample, recorded_seq)
SELECT 'more-' || id, indicator_code, definition_version, area_code, date(period, '-20 years'),
    date(period, '-20 years'), date(period, '-20 years'),
    CASE WHEN unit IN ('%', '百分点', '位', '级') THEN value ELSE CAST(value / 2 AS INTEGER) END, unit, status, measure,
    approximation, published, published_on, 0, 1, 1
FROM observation WHERE fact_id LIKE 'bench-%' AND replaced_seq IS NULL ORDER BY id
LIMIT (SELECT count(*) FROM observation WHERE replaced_seq IS NOT NULL);
UPDATE citation SET token = (SELECT CAST(value AS TEXT) FROM observation WHERE observation.id = subject_id)
WHERE subject = 'observation' AND source_code = (SELECT min(code) FROM source);
UPDATE observation_tally SET count = (SELECT count(*) FROM observation
    WHERE replaced_seq IS NULL AND observation.visibility = observation_tally.visibility) WHERE slot = 0;
