-- name: lineage_history
SELECT * FROM observation_cited
WHERE fact_id = :fact_id AND visibility <= :clearance
ORDER BY id DESC LIMIT 100;

-- What else states a value for the same thing: to be shown beside it, agreeing or not.
-- name: lineage_others
SELECT * FROM observation_cited
WHERE indicator_code = :indicator_code AND area_code = :area_code AND period_end = :period_end
  AND period = :period AND measure = :measure AND unit = :unit
  AND definition_version = :definition_version AND coalesce(scope, '') = coalesce(:scope, '')
  AND fact_id <> :fact_id AND replaced_seq IS NULL AND visibility <= :clearance
ORDER BY published_on DESC NULLS LAST, id LIMIT 50;
