-- name: place_list
SELECT place.code, place.name, place.name_en, place.kind, place.kind_en, place.area_code,
       place.longitude, place.latitude, place.precision_m, place.basis, place.sample, place.note
FROM place

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
SELECT observation.id, observation.indicator_code, observation.definition_version,
       observation.area_code, area.name AS area_name, area.name_en AS area_name_en,
       observation.period, observation.period_start, observation.period_end, observation.value,
       observation.unit, observation.status, observation.measure, observation.approximation,
       observation.published, observation.published_on, citation.source_code, source.second_hand,
       observation.sample
FROM observation
JOIN area ON area.code = observation.area_code
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
LEFT JOIN source ON source.code = citation.source_code
WHERE observation.indicator_code = :indicator_code AND observation.scope IS NULL
  AND observation.repeats IS NULL AND observation.replaced_seq IS NULL
  AND observation.status <> 'target' AND observation.measure <> 'name'
  AND observation.visibility <= :clearance
ORDER BY observation.area_code, observation.period_end, observation.id LIMIT :limit;
