-- name: setting_find
SELECT value FROM city_setting WHERE key = :key;

-- name: setting_put
INSERT INTO city_setting (key, value) VALUES (:key, :value);
