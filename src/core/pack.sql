-- name: setting_find
SELECT value FROM city_setting WHERE key = :key;
