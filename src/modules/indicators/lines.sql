-- name: series_now
SELECT * FROM observation_cited
WHERE indicator_code = :indicator_code AND area_code = :area_code
  AND scope IS NULL AND repeats IS NULL AND measure <> 'name'
  AND replaced_seq IS NULL AND visibility <= :clearance
ORDER BY period_end DESC, id DESC LIMIT :limit;

-- name: series_as_of
SELECT * FROM observation_cited
WHERE indicator_code = :indicator_code AND area_code = :area_code
  AND scope IS NULL AND repeats IS NULL AND measure <> 'name'
  AND recorded_seq <= :as_of
  AND (replaced_seq IS NULL OR replaced_seq > :as_of)
  AND visibility <= :clearance
ORDER BY period_end DESC, id DESC LIMIT :limit;

-- name: series_newest
SELECT * FROM observation_cited
WHERE indicator_code = :indicator_code AND area_code = :area_code
  AND scope IS NULL AND repeats IS NULL AND measure <> 'name' AND status || '' <> 'target'
  AND replaced_seq IS NULL AND visibility <= :clearance
ORDER BY CASE WHEN measure = :measure AND unit = :unit THEN 0 ELSE 1 END, period_end DESC, id DESC
LIMIT 1;
