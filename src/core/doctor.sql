-- name: doctor_migrations
SELECT count(*) FROM schema_migration;

-- name: doctor_last_event
SELECT recorded_at FROM event WHERE sequence = (SELECT max(sequence) FROM event);
