-- name: checked_indicators
SELECT code, name, name_en, topic, unit, direction, frequency, measure,
       (SELECT denominator FROM indicator_definition
        WHERE indicator_code = indicator.code ORDER BY version DESC LIMIT 1) AS denominator
FROM indicator ORDER BY code;

-- name: checked_relations
SELECT indicator_code, other_code, relation FROM indicator_relation
ORDER BY indicator_code, other_code, relation;

-- name: checked_formulas
SELECT indicator_code, expression FROM indicator_derivation ORDER BY indicator_code;

-- name: checked_claims
SELECT fact_id, indicator_code, area_code, base_period, period, multiple FROM observation_claim
ORDER BY fact_id, indicator_code, area_code;

-- The columns are read by their places: enum observation_column in read.c.
-- name: checked_observations
SELECT observation.id, fact_id, indicator_code, definition_version, area_code, scope, among, period,
       period_start, period_end, value, value_high, unit, status, measure, approximation,
       base_period, attaches_to, repeats, published_on, note, department_code,
       observation.visibility, sample, source_code, line, token
FROM observation
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
WHERE observation.id > :after AND replaced_seq IS NULL
ORDER BY observation.id LIMIT :limit;

-- name: checked_observations_as_of
SELECT observation.id, fact_id, indicator_code, definition_version, area_code, scope, among, period,
       period_start, period_end, value, value_high, unit, status, measure, approximation,
       base_period, attaches_to, repeats, published_on, note, department_code,
       observation.visibility, sample, source_code, line, token
FROM observation
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
WHERE observation.id > :after AND recorded_seq <= :as_of
  AND (replaced_seq IS NULL OR replaced_seq > :as_of)
ORDER BY observation.id LIMIT :limit;

-- How many there are, for the room that they take.
-- name: checked_count
SELECT coalesce(sum(count), 0) FROM observation_tally;

-- name: checked_last_id
SELECT coalesce(max(id), 0) FROM observation;
