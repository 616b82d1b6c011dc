-- Which department keeps the figure: those of its officers are their own. NULL = the bureau's.
ALTER TABLE observation ADD COLUMN department_code {text};
CREATE INDEX observation_by_department ON observation (department_code, id)
    WHERE department_code IS NOT NULL;
DROP VIEW observation_cited;
CREATE VIEW observation_cited AS
SELECT observation.id, observation.fact_id, observation.indicator_code,
       indicator.name AS indicator_name, indicator.name_en AS indicator_name_en,
       observation.definition_version, observation.area_code, area.name AS area_name,
       area.name_en AS area_name_en, observation.scope, observation.among, observation.period,
       observation.period_start, observation.period_end, observation.value, observation.value_high,
       observation.low, observation.high, observation.unit, observation.status, observation.measure,
       observation.approximation, observation.base_period, observation.attaches_to,
       observation.repeats, observation.published, observation.published_on, citation.source_code,
       source.title AS source_title, source.title_en AS source_title_en,
       source.kind AS source_kind, source.second_hand,
       citation.line, citation.token, observation.note, observation.department_code,
       observation.visibility, observation.sample, observation.recorded_seq,
       observation.replaced_seq
FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
JOIN area ON area.code = observation.area_code
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
LEFT JOIN source ON source.code = citation.source_code;
