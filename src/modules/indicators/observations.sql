-- name: observation_list
SELECT observation.id, observation.fact_id, observation.indicator_code,
       indicator.name AS indicator_name, indicator.name_en AS indicator_name_en,
       observation.definition_version, observation.area_code, area.name AS area_name,
       area.name_en AS area_name_en, observation.scope, observation.among, observation.period,
       observation.period_start, observation.period_end, observation.value, observation.value_high,
       observation.low, observation.high, observation.unit, observation.status, observation.measure,
       observation.approximation, observation.base_period, observation.attaches_to,
       observation.repeats, observation.published, observation.published_on, citation.source_code,
       source.title AS source_title, source.title_en AS source_title_en, source.second_hand,
       citation.line, citation.token, observation.note, observation.visibility, observation.sample,
       observation.recorded_seq, observation.replaced_seq
FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
JOIN area ON area.code = observation.area_code
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
LEFT JOIN source ON source.code = citation.source_code

-- name: observation_show
SELECT observation.id, observation.fact_id, observation.indicator_code,
       indicator.name AS indicator_name, indicator.name_en AS indicator_name_en,
       observation.definition_version, observation.area_code, area.name AS area_name,
       area.name_en AS area_name_en, observation.scope, observation.among, observation.period,
       observation.period_start, observation.period_end, observation.value, observation.value_high,
       observation.low, observation.high, observation.unit, observation.status, observation.measure,
       observation.approximation, observation.base_period, observation.attaches_to,
       observation.repeats, observation.published, observation.published_on, citation.source_code,
       source.title AS source_title, source.title_en AS source_title_en, source.second_hand,
       citation.line, citation.token, observation.note, observation.visibility, observation.sample,
       observation.recorded_seq, observation.replaced_seq
FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
JOIN area ON area.code = observation.area_code
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
LEFT JOIN source ON source.code = citation.source_code
WHERE observation.id = :id AND observation.visibility <= :clearance;

-- name: observation_insert
INSERT INTO observation (fact_id, indicator_code, definition_version, area_code, scope, among,
    period, period_start, period_end, value, value_high, low, high, unit, status, measure,
    approximation, base_period, attaches_to, repeats, published, published_on, note, visibility,
    sample, recorded_seq)
VALUES (:fact_id, :indicator_code, :definition_version, :area_code, :scope, :among,
    :period, :period_start, :period_end, :value, :value_high, :low, :high, :unit, :status, :measure,
    :approximation, :base_period, :attaches_to, :repeats, :published, :published_on, :note,
    :visibility, :sample, :sequence)
RETURNING id;

-- name: observation_replace
UPDATE observation SET replaced_seq = :sequence WHERE id = :id AND replaced_seq IS NULL RETURNING id;

-- name: definition_exists
SELECT 1 FROM indicator_definition WHERE indicator_code = :indicator_code AND version = :definition_version;

-- name: unit_known
SELECT 1 FROM indicator WHERE unit = :unit LIMIT 1;

-- name: observation_tally_add
UPDATE observation_tally SET count = count + :by WHERE visibility = :visibility;
