-- name: observation_list
SELECT * FROM observation_cited

-- name: observation_show
SELECT * FROM observation_cited
WHERE id = :id;

-- name: observation_insert
INSERT INTO observation (fact_id, indicator_code, definition_version, area_code, scope, among,
    period, period_start, period_end, value, value_high, low, high, unit, status, measure,
    approximation, base_period, attaches_to, repeats, published, published_on, note,
    department_code, visibility,
    sample, recorded_seq)
VALUES (:fact_id, :indicator_code, :definition_version, :area_code, :scope, :among,
    :period, :period_start, :period_end, :value, :value_high, :low, :high, :unit, :status, :measure,
    :approximation, :base_period, :attaches_to, :repeats, :published, :published_on, :note, :department_code,
    :visibility, :sample, :sequence);

-- name: observation_replace
UPDATE observation SET replaced_seq = :sequence WHERE id = :id AND replaced_seq IS NULL RETURNING id;

-- name: observation_of_fact
SELECT * FROM observation_cited WHERE fact_id = :fact_id AND replaced_seq IS NULL;

-- The current figures that say the same of the same.
-- name: observation_like
SELECT * FROM observation_cited
WHERE indicator_code = :indicator_code AND area_code = :area_code AND period_end = :period_end
  AND period || '' = :period AND status || '' = :status AND measure = :measure
  AND coalesce(scope, '') = coalesce(:scope, '') AND coalesce(among, '') = coalesce(:among, '')
  AND coalesce(base_period, '') = coalesce(:base_period, '') AND replaced_seq IS NULL
ORDER BY id LIMIT 2;

-- name: definition_exists
SELECT 1 FROM indicator_definition WHERE indicator_code = :indicator_code AND version = :definition_version;

-- name: unit_known
SELECT 1 FROM indicator WHERE unit = :unit LIMIT 1;

-- name: observation_tally_add
UPDATE observation_tally SET count = count + :by WHERE visibility = :visibility AND slot = :slot;

-- name: fact_exists
SELECT 1 FROM observation WHERE fact_id = :fact_id LIMIT 1;
