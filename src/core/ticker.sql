-- Changes nothing, but writes.
-- name: write_trial
UPDATE schema_migration SET checksum = checksum
WHERE (module, name) = (SELECT module, name FROM schema_migration ORDER BY module, name LIMIT 1);
