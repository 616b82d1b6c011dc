-- name: organisation_list
SELECT organisation.*, area.name AS area_name, area.name_en AS area_name_en
FROM organisation LEFT JOIN area ON area.code = organisation.area_code

-- name: organisation_show
{organisation_list}
WHERE organisation.code = :code;

-- name: organisation_insert
INSERT INTO organisation (code, name, name_en, kind, area_code, state, note, sample, changed_seq)
VALUES (:code, :name, :name_en, :kind, :area_code, :state, :note, :sample, :sequence);

-- name: organisation_update
UPDATE organisation SET name = :name, name_en = :name_en, kind = :kind, area_code = :area_code,
    state = :state, note = :note, changed_seq = :sequence
WHERE code = :code;
