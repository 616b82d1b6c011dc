-- name: target_years
SELECT DISTINCT substr(period_end, 1, 4) AS year
FROM observation
WHERE status = 'target' AND area_code = :area_code AND scope IS NULL AND replaced_seq IS NULL
  AND measure <> 'name' AND visibility <= :clearance
ORDER BY 1;

-- name: target_list
SELECT observation.id, observation.fact_id, observation.indicator_code,
       indicator.name AS indicator_name, indicator.name_en AS indicator_name_en,
       observation.definition_version, observation.area_code, observation.period,
       observation.period_start, observation.period_end, observation.value, observation.value_high,
       observation.unit, observation.status, observation.measure, observation.approximation,
       observation.published, observation.published_on, citation.source_code, source.second_hand,
       observation.recorded_seq
FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
LEFT JOIN source ON source.code = citation.source_code
WHERE observation.status = 'target' AND observation.area_code = :area_code
  AND observation.period_end >= :from AND observation.period_end <= :to
  AND observation.scope IS NULL AND observation.repeats IS NULL
  AND observation.replaced_seq IS NULL AND observation.measure NOT IN ('name', 'threshold', 'duration')
  AND observation.visibility <= :clearance
ORDER BY observation.indicator_code, observation.measure, observation.id LIMIT 500;

-- name: target_actuals
SELECT observation.id, observation.fact_id, observation.indicator_code,
       indicator.name AS indicator_name, indicator.name_en AS indicator_name_en,
       observation.definition_version, observation.period, observation.period_start,
       observation.period_end, observation.value, observation.unit, observation.status,
       observation.measure, observation.approximation, observation.published,
       observation.published_on, source.second_hand
FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
LEFT JOIN source ON source.code = citation.source_code
WHERE observation.indicator_code = :indicator_code AND observation.area_code = :area_code
  AND observation.period_end <= :to AND observation.scope IS NULL AND observation.repeats IS NULL
  AND observation.status NOT IN ('target', 'implied') AND observation.unit = :unit
  AND observation.measure = :measure AND observation.definition_version = :definition_version
  AND observation.replaced_seq IS NULL AND observation.visibility <= :clearance
ORDER BY observation.period_end DESC, observation.id DESC LIMIT 60;

-- name: target_due
SELECT months_after AS number FROM release_rule
WHERE indicator_code = :indicator_code AND period_kind = 'year'
ORDER BY months_after LIMIT 1;
