-- name: release_rules
SELECT release_rule.indicator_code, indicator.name AS indicator_name,
       indicator.name_en AS indicator_name_en, release_rule.period_kind, release_rule.status,
       release_rule.months_after, release_rule.publisher, release_rule.basis
FROM release_rule JOIN indicator ON indicator.code = release_rule.indicator_code
ORDER BY release_rule.indicator_code, release_rule.period_kind, release_rule.status;

-- Is there a value of that very period, of the indicator itself? The series finds the few rows that
-- end on a day; an index on the period would bring every area's, hence `period || ''`, which none
-- serves.
-- name: release_is_out
SELECT 1 FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
 AND indicator.measure = observation.measure AND indicator.unit = observation.unit
WHERE indicator_code = :indicator_code AND area_code = :area_code AND period_end = :period_end
  AND period || '' = :period AND scope IS NULL
  AND status NOT IN ('target', 'implied', 'estimate', 'preliminary')
  AND replaced_seq IS NULL AND visibility <= :clearance LIMIT 1;

-- name: release_is_out_early
SELECT 1 FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
 AND indicator.measure = observation.measure AND indicator.unit = observation.unit
WHERE indicator_code = :indicator_code AND area_code = :area_code AND period_end = :period_end
  AND period || '' = :period AND scope IS NULL AND status NOT IN ('target', 'implied')
  AND replaced_seq IS NULL AND visibility <= :clearance LIMIT 1;
