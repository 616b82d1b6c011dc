-- name: indicator_list
SELECT indicator.*,
       (SELECT count(*) FROM observation WHERE observation.indicator_code = indicator.code
        AND observation.replaced_seq IS NULL AND observation.visibility <= :clearance)
           AS observation_count
FROM indicator

-- name: indicator_show
{indicator_list}
WHERE indicator.code = :code;

-- name: indicator_find
SELECT * FROM indicator WHERE code = :code;

-- name: definition_list
SELECT * FROM indicator_definition WHERE indicator_code = :code ORDER BY version;

-- name: definition_texts
SELECT indicator_definition.indicator_code || '/' || CAST(indicator_definition.version AS TEXT)
           AS key, indicator_definition.indicator_code, indicator.name,
       indicator_definition.definition, indicator_definition.definition_en,
       indicator_definition.numerator, indicator_definition.denominator
FROM indicator_definition JOIN indicator ON indicator.code = indicator_definition.indicator_code

-- name: release_texts
SELECT release_rule.indicator_code || '/' || release_rule.period_kind || '/' || release_rule.status
           AS key, release_rule.indicator_code, indicator.name, indicator.name_en,
       release_rule.period_kind, release_rule.status, release_rule.publisher, release_rule.note
FROM release_rule JOIN indicator ON indicator.code = release_rule.indicator_code

-- name: derivation_show
SELECT * FROM indicator_derivation WHERE indicator_code = :code;

-- name: release_rule_list
SELECT * FROM release_rule WHERE indicator_code = :code ORDER BY period_kind, months_after;

-- name: indicator_areas
SELECT area.code, area.name, area.name_en, count(*) AS observation_count
FROM observation JOIN area ON area.code = observation.area_code
WHERE observation.indicator_code = :code AND observation.replaced_seq IS NULL
  AND observation.visibility <= :clearance
GROUP BY area.code, area.name, area.name_en ORDER BY count(*) DESC, area.code;
