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

-- name: indicator_insert
INSERT INTO indicator (code, name, name_en, topic, unit, measure, direction, frequency, publisher,
                       basis, note)
VALUES (:code, :name, :name_en, :topic, :unit, :measure, :direction, :frequency, :publisher, :basis,
        :note);

-- name: definition_list
SELECT * FROM indicator_definition WHERE indicator_code = :code ORDER BY version;

-- name: definition_insert
INSERT INTO indicator_definition (indicator_code, version, valid_from, valid_to, definition,
                                  definition_en, numerator, denominator, formula, basis)
VALUES (:indicator_code, :version, :valid_from, :valid_to, :definition, :definition_en, :numerator,
        :denominator, :formula, :basis);

-- name: derivation_show
SELECT * FROM indicator_derivation WHERE indicator_code = :code;

-- name: derivation_insert
INSERT INTO indicator_derivation (indicator_code, expression, note)
VALUES (:indicator_code, :expression, :note);

-- name: release_rule_list
SELECT * FROM release_rule WHERE indicator_code = :code ORDER BY period_kind, months_after;

-- name: release_rule_insert
INSERT INTO release_rule (indicator_code, period_kind, status, months_after, publisher, basis, note)
VALUES (:indicator_code, :period_kind, :status, :months_after, :publisher, :basis, :note);

-- name: indicator_areas
SELECT area.code, area.name, area.name_en, count(*) AS observation_count
FROM observation JOIN area ON area.code = observation.area_code
WHERE observation.indicator_code = :code AND observation.replaced_seq IS NULL
  AND observation.visibility <= :clearance
GROUP BY area.code, area.name, area.name_en ORDER BY count(*) DESC, area.code;
