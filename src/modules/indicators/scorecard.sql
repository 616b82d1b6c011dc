-- Of each indicator in its own measure and unit: what was published for the two years.
-- name: scorecard_values
SELECT observation_cited.* FROM observation_cited
JOIN indicator ON indicator.code = observation_cited.indicator_code
WHERE observation_cited.area_code = :area_code
  AND observation_cited.period IN (:from_year, :to_year)
  AND observation_cited.measure = indicator.measure AND observation_cited.unit = indicator.unit
  AND observation_cited.scope IS NULL AND observation_cited.among IS NULL
  AND observation_cited.repeats IS NULL AND observation_cited.replaced_seq IS NULL
  AND observation_cited.status NOT IN ('target', 'implied')
  AND observation_cited.visibility <= :clearance
ORDER BY observation_cited.indicator_code, observation_cited.period, observation_cited.id
LIMIT 5000;
