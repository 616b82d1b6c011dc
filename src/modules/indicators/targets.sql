-- name: target_years
SELECT DISTINCT substr(period_end, 1, 4) AS year
FROM observation
WHERE status = 'target' AND area_code = :area_code AND scope IS NULL AND replaced_seq IS NULL
  AND measure <> 'name' AND visibility <= :clearance
ORDER BY 1;

-- name: target_list
SELECT * FROM observation_cited
WHERE status = 'target' AND area_code = :area_code
  AND period_end >= :from AND period_end <= :to
  AND scope IS NULL AND repeats IS NULL
  AND replaced_seq IS NULL AND measure NOT IN ('name', 'threshold', 'duration')
  AND visibility <= :clearance
ORDER BY indicator_code, measure, id LIMIT 500;

-- Of flows, only periods written like the target's (2026, 2026Q3, 2026-10) say something of it.
-- name: target_actuals
SELECT * FROM observation_cited
WHERE indicator_code = :indicator_code AND area_code = :area_code
  AND period_end <= :to AND scope IS NULL AND repeats IS NULL
  AND status NOT IN ('target', 'implied') AND unit = :unit
  AND measure = :measure AND definition_version = :definition_version
  AND replaced_seq IS NULL AND visibility <= :clearance
  AND (:is_stock = 1 OR length(period) = length(:period))
ORDER BY period_end DESC, id DESC LIMIT 30;

-- The day of the last yearly release: until the final value is due, nobody is late.
-- name: target_due
SELECT months_after AS number FROM release_rule
WHERE indicator_code = :indicator_code AND period_kind = 'year'
ORDER BY months_after DESC LIMIT 1;
