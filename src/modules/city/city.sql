-- name: city_setting_find
SELECT value FROM city_setting WHERE key = :key;

-- name: department_list
SELECT * FROM department;

-- name: calendar_list
SELECT * FROM calendar_day;
