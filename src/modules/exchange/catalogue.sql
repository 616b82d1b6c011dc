-- Indicators that the reader can see figures of, as data sets of the catalogue.
-- name: catalogue_indicators
SELECT code, name, name_en, frequency, publisher FROM indicator
WHERE EXISTS (SELECT 1 FROM observation WHERE observation.indicator_code = indicator.code
              AND observation.replaced_seq IS NULL AND observation.visibility <= :clearance)
ORDER BY code;

-- name: catalogue_data_sets
SELECT data_set.code, data_set.name, data_set.name_en, data_set.definition AS description,
       data_set.definition_en AS description_en, data_set.rhythm AS frequency,
       department.name AS publisher, department.name_en AS publisher_en, data_set.sample
FROM data_set JOIN department ON department.code = data_set.department_code
WHERE data_set.class <= :clearance ORDER BY data_set.code;
