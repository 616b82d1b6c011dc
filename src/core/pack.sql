-- name: setting_find
SELECT value FROM city_setting WHERE key = :key;

-- name: pack_lock_on_postgres
SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 7263105))) AS locked;

-- name: setting_keep
INSERT INTO city_setting (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: setting_put
INSERT INTO city_setting (key, value) VALUES (:key, :value);
