-- name: overview_counts
SELECT (SELECT count(*) FROM indicator) AS indicators,
       (SELECT sum(count) FROM observation_tally WHERE visibility <= :clearance) AS observations,
       (SELECT count(*) FROM area) AS areas,
       (SELECT count(*) FROM source) AS sources,
       (SELECT count(*) FROM document WHERE visibility <= :clearance) AS documents,
       (SELECT count(*) FROM place) AS places;

-- What was recorded last, and of what the pack brought (sequence 1) what was published last; our own
-- bulletins only repeat figures.
-- name: overview_changes
SELECT observation.id, observation.fact_id, observation.indicator_code,
       indicator.name AS indicator_name, indicator.name_en AS indicator_name_en,
       observation.definition_version, observation.area_code, area.name AS area_name,
       area.name_en AS area_name_en, observation.scope, observation.among, observation.period,
       observation.period_start, observation.period_end, observation.value, observation.value_high,
       observation.low, observation.high, observation.unit, observation.status, observation.measure,
       observation.approximation, observation.published, observation.published_on,
       citation.source_code, source.title AS source_title, source.title_en AS source_title_en,
       source.second_hand, citation.line, citation.token, observation.visibility,
       observation.sample, observation.recorded_seq, observation.replaced_seq
FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
JOIN area ON area.code = observation.area_code
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
LEFT JOIN source ON source.code = citation.source_code
WHERE observation.replaced_seq IS NULL AND observation.repeats IS NULL
  AND observation.measure NOT IN ('name', 'threshold', 'duration')
  AND (observation.published IS NOT NULL OR observation.recorded_seq > 1)
  AND (source.kind IS NULL OR source.kind <> 'bulletin')
  AND observation.visibility <= :clearance
ORDER BY observation.recorded_seq DESC, observation.published_on DESC, observation.id DESC LIMIT 10;
