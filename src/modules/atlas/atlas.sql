-- name: place_list
SELECT * FROM place

-- name: place_insert
INSERT INTO place (code, name, name_en, kind, kind_en, area_code, longitude, latitude, precision_m,
                   basis, sample, note)
VALUES (:code, :name, :name_en, :kind, :kind_en, :area_code, :longitude, :latitude, :precision_m,
        :basis, FALSE, :note);

-- name: place_insert_sample
INSERT INTO place (code, name, name_en, kind, kind_en, area_code, longitude, latitude, precision_m,
                   basis, sample, note)
VALUES (:code, :name, :name_en, :kind, :kind_en, :area_code, :longitude, :latitude, :precision_m,
        :basis, TRUE, :note);

-- name: map_observations
SELECT * FROM observation_cited
WHERE indicator_code = :indicator_code AND scope IS NULL
  AND repeats IS NULL AND replaced_seq IS NULL
  AND status <> 'target' AND measure <> 'name'
  AND visibility <= :clearance
ORDER BY area_code, period_end, id LIMIT :limit;
