-- name: release_rules
SELECT release_rule.indicator_code, indicator.name AS indicator_name,
       indicator.name_en AS indicator_name_en, release_rule.period_kind, release_rule.status,
       release_rule.months_after, release_rule.publisher, release_rule.basis
FROM release_rule JOIN indicator ON indicator.code = release_rule.indicator_code
ORDER BY release_rule.indicator_code, release_rule.period_kind, release_rule.status;

-- name: release_is_out
SELECT count(*) FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
 AND indicator.measure = observation.measure AND indicator.unit = observation.unit
WHERE indicator_code = :indicator_code AND area_code = :area_code AND period_end = :period_end
  AND period = :period AND scope IS NULL AND status NOT IN ('target', 'implied', 'estimate', 'preliminary')
  AND replaced_seq IS NULL AND visibility <= :clearance;

-- name: release_is_out_early
SELECT count(*) FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
 AND indicator.measure = observation.measure AND indicator.unit = observation.unit
WHERE indicator_code = :indicator_code AND area_code = :area_code AND period_end = :period_end
  AND period = :period AND scope IS NULL AND status NOT IN ('target', 'implied')
  AND replaced_seq IS NULL AND visibility <= :clearance;
