-- name: city_setting_find
SELECT value FROM city_setting WHERE key = :key;

-- name: city_setting_insert
INSERT INTO city_setting (key, value) VALUES (:key, :value);

-- name: department_list
SELECT * FROM department;

-- name: department_insert
INSERT INTO department (code, name, name_en, scope, named_in_source)
VALUES (:code, :name, :name_en, :scope, :named_in_source);

-- name: calendar_list
SELECT * FROM calendar_day;

-- name: calendar_insert
INSERT INTO calendar_day (date, kind, name) VALUES (:date, :kind, :name);
