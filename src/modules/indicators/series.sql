-- name: series_now
SELECT observation.id, observation.fact_id, observation.indicator_code,
       indicator.name AS indicator_name, indicator.name_en AS indicator_name_en,
       observation.definition_version, observation.area_code, observation.period,
       observation.period_start, observation.period_end, observation.value, observation.value_high,
       observation.low, observation.high, observation.unit, observation.status, observation.measure,
       observation.approximation, observation.published, observation.published_on,
       citation.source_code, source.second_hand, observation.recorded_seq
FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
LEFT JOIN source ON source.code = citation.source_code
WHERE observation.indicator_code = :indicator_code AND observation.area_code = :area_code
  AND observation.scope IS NULL AND observation.repeats IS NULL AND observation.measure <> 'name'
  AND observation.replaced_seq IS NULL AND observation.visibility <= :clearance
  AND observation.published_on <= :published_by
ORDER BY observation.period_end, observation.id LIMIT :limit;

-- name: series_as_of
SELECT observation.id, observation.fact_id, observation.indicator_code,
       indicator.name AS indicator_name, indicator.name_en AS indicator_name_en,
       observation.definition_version, observation.area_code, observation.period,
       observation.period_start, observation.period_end, observation.value, observation.value_high,
       observation.low, observation.high, observation.unit, observation.status, observation.measure,
       observation.approximation, observation.published, observation.published_on,
       citation.source_code, source.second_hand, observation.recorded_seq
FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
LEFT JOIN source ON source.code = citation.source_code
WHERE observation.indicator_code = :indicator_code AND observation.area_code = :area_code
  AND observation.scope IS NULL AND observation.repeats IS NULL AND observation.measure <> 'name'
  AND observation.recorded_seq <= :as_of
  AND (observation.replaced_seq IS NULL OR observation.replaced_seq > :as_of)
  AND observation.visibility <= :clearance AND observation.published_on <= :published_by
ORDER BY observation.period_end, observation.id LIMIT :limit;
